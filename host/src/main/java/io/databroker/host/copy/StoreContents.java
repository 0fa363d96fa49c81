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
 * @param checkpoint the checkpoint of the same history, read just before the version: it never
 *     names changes that a follower has applied later
 */
public record StoreContents(
    Position position, Map<String, TypeOptions> options, Checkpoint checkpoint) {
  /** Copies the map. */
  public StoreContents {
    options = Collections.unmodifiableMap(new TreeMap<>(options));
  }

  /**
   * Returns contents with a checkpoint that was read before the version.
   *
   * @param checkedHistory the history of the store before the checkpoint was read; if the position
   *     has another history, the checkpoint counts as none, as after a clear
   */
  public static StoreContents of(
      Position position,
      Map<String, TypeOptions> options,
      Checkpoint checkpoint,
      long checkedHistory) {
    return new StoreContents(
        position,
        options,
        position.serverVersion() == checkedHistory ? checkpoint : Checkpoint.NONE);
  }
}
