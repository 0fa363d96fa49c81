package io.databroker.offheap;

import io.databroker.api.Settings;
import java.nio.file.Path;

/**
 * With an fsync for each write, readers of the copies on the heap meet the most writes under way.
 */
class OffheapCachedTckTest extends OffheapDirectoryTckTest {
  @Override
  public Settings settings(Path directory) {
    return Settings.builder()
        .set(OffheapSettings.DIRECTORY, directory)
        .set(OffheapSettings.DURABILITY, Durability.DISK)
        .set(OffheapSettings.CACHE_BYTES, 1L << 20)
        .build();
  }
}
