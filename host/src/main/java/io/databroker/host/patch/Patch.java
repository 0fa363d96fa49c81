package io.databroker.host.patch;

import io.databroker.api.Bytes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Change of one record, if it is live.
 *
 * @param type the type of the record
 * @param id the id of the record
 * @param change the change of its payload
 */
public record Patch(String type, String id, Change change) {
  /**
   * Function from the old payload to the new one, without side effects; it may be called several
   * times. An exception that it throws ends the call, and nothing is applied.
   *
   * <p><b>Thread-safety:</b> the patching thread calls it.
   */
  public interface Change {
    /** Returns the new payload, or null to delete the record. */
    @Nullable Bytes apply(Bytes payload);
  }

  /** Rejects null. */
  public Patch {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(change, "change");
  }
}
