package io.databroker.server.payload;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Field mask for members of a Struct, which protobuf's own masks cannot name. It is a tree of
 * names, so that each Struct is built once for all paths into it.
 */
final class MemberMask {
  private static final String FIELDS = "fields";

  private final Map<String, MemberMask> members = new LinkedHashMap<>();

  /** True if a path ends here, so that the whole value is replaced. */
  private boolean whole;

  private MemberMask() {}

  static boolean isValid(String path) {
    return !path.isEmpty() && !split(path).contains("");
  }

  private static List<String> split(String path) {
    return List.of(path.split("\\.", -1));
  }

  /** Returns the mask of some valid paths. */
  static MemberMask of(List<String> paths) {
    MemberMask mask = new MemberMask();
    paths.forEach(path -> mask.add(split(path)));
    return mask;
  }

  private void add(List<String> names) {
    MemberMask place = this;
    for (String name : names.get(0).equals(FIELDS) ? names.subList(1, names.size()) : names) {
      place = place.members.computeIfAbsent(name, any -> new MemberMask());
    }
    place.whole = true;
  }

  /**
   * Returns the second Struct with the named members of the first; members that the first lacks are
   * removed.
   */
  Struct merge(Struct from, Struct to) {
    if (whole) {
      return from;
    }
    Struct.Builder merged = to.toBuilder();
    for (Map.Entry<String, MemberMask> each : members.entrySet()) {
      String name = each.getKey();
      Value value =
          each.getValue().merge(from.getFieldsMap().get(name), to.getFieldsMap().get(name));
      if (value == null) {
        merged.removeFields(name);
      } else {
        merged.putFields(name, value);
      }
    }
    return merged.build();
  }

  private @Nullable Value merge(@Nullable Value from, @Nullable Value to) {
    if (whole) {
      return from;
    }
    Struct source =
        from != null && from.hasStructValue() ? from.getStructValue() : Struct.getDefaultInstance();
    if (to == null || !to.hasStructValue()) {
      Struct made = merge(source, Struct.getDefaultInstance());
      // The second Struct has no such member, so there is nothing to clear.
      return made.getFieldsCount() == 0 ? to : Value.newBuilder().setStructValue(made).build();
    }
    return Value.newBuilder().setStructValue(merge(source, to.getStructValue())).build();
  }
}
