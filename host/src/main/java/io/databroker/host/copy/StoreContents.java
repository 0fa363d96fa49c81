package io.databroker.host.copy;

import io.databroker.api.Checkpoint;
import io.databroker.api.Position;
import io.databroker.api.TypeOptions;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Contents of a store at one version, without its records.
 *
 * @param position the history and the version
 * @param options the options of each type that has any
 * @param checkpoint the checkpoint, read just after the records
 */
public record StoreContents(
    Position position, Map<String, TypeOptions> options, Checkpoint checkpoint) {
  /** Copies the map. */
  public StoreContents {
    options = Collections.unmodifiableMap(new TreeMap<>(options));
  }
}
