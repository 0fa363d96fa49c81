package io.databroker.host.patch;

import io.databroker.api.Bytes;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A change of one record, if it exists.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param type the type of the record
 * @param id the id of the record
 * @param change the new payload for the old one, or null to delete the record; it has no effect but
 *     its answer, and may be called often; what it throws ends the call, and nothing was applied
 */
public record Patch(String type, String id, Function<Bytes, @Nullable Bytes> change) {
  /** Checks that nothing is null. */
  public Patch {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(change, "change");
  }
}
