package io.databroker.host.patch;

import io.databroker.api.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change of one record, if it exists.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param type the type of the record
 * @param id the id of the record
 * @param change what becomes of its payload
 */
public record Patch(String type, String id, Change change) {
  /**
   * What becomes of a payload. It has no effect but its answer, and may be called often; what it
   * throws ends the call, and nothing was applied.
   *
   * <p><b>Thread-safety:</b> called by the thread that patches.
   */
  public interface Change {
    /** The new payload for the old one, or null to delete the record. */
    @Nullable Bytes apply(Bytes payload);
  }

  /** Checks that nothing is null. */
  public Patch {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(change, "change");
  }
}
