package io.databroker.server.payload;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.util.FieldMaskUtil;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.LimitExceededException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Field mask of one Patch call, prepared once for all of its records.
 *
 * <p>Limits bound the work in advance: on the names in one path, on the names in all paths, and on
 * the names times the records.
 *
 * <p><b>Thread-safety:</b> none.
 */
public final class PatchMask {
  /**
   * Largest number of names in one path; no Struct nests deeper, as a member takes three levels.
   */
  static final int LONGEST_PATH = MessageTypes.DEEPEST / 3;

  /** Largest number of names in all paths of a mask; {@code a.b} has two. */
  static final int MOST_NAMES = 10_000;

  /** Largest product of the names of the mask and the records of the call. */
  static final int MOST_STEPS = 1_000_000;

  private final FieldMask mask;
  private final Set<Descriptor> checked = new HashSet<>();
  private @Nullable MemberMask members;

  private PatchMask(FieldMask mask) {
    this.mask = mask;
  }

  /**
   * Prepares the mask for that many records.
   *
   * @throws LimitExceededException if it has too many names
   */
  public static PatchMask of(FieldMask mask, int records) {
    long names = 0;
    for (String path : mask.getPathsList()) {
      long levels = 1 + path.chars().filter(each -> each == '.').count();
      if (levels > LONGEST_PATH) {
        throw new LimitExceededException("field_mask", levels, LONGEST_PATH, "names in one path");
      }
      names += levels;
    }
    long most = Math.min(MOST_NAMES, MOST_STEPS / Math.max(1, records));
    if (names > most) {
      throw new LimitExceededException("field_mask", names, most, "names in its paths");
    }
    return new PatchMask(mask);
  }

  /**
   * Returns the mask for messages of a type.
   *
   * @throws InvalidArgumentException if it names a field that the type does not have
   */
  FieldMask of(Descriptor type) {
    if (checked.add(type)) {
      for (String path : mask.getPathsList()) {
        if (!FieldMaskUtil.isValid(type, path)) {
          throw invalid(path, type);
        }
      }
    }
    return mask;
  }

  /**
   * Returns the mask for the members of a Struct.
   *
   * @param type the type to name in an error
   * @throws InvalidArgumentException if a path has an empty name
   */
  MemberMask members(Descriptor type) {
    if (members == null) {
      for (String path : mask.getPathsList()) {
        if (!MemberMask.isValid(path)) {
          throw invalid(path, type);
        }
      }
      members = MemberMask.of(mask.getPathsList());
    }
    return members;
  }

  private static InvalidArgumentException invalid(String path, Descriptor type) {
    return new InvalidArgumentException(
        "field_mask", path, "name fields of " + type.getFullName() + ", such as a or b.c");
  }
}
