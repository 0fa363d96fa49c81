package io.databroker.offheap;

import io.databroker.api.Settings;
import java.nio.file.Path;

class OffheapDiskTckTest extends OffheapDirectoryTckTest {
  @Override
  public Settings settings(Path directory) {
    return Settings.builder()
        .set(OffheapSettings.DIRECTORY, directory)
        .set(OffheapSettings.DURABILITY, Durability.DISK)
        .build();
  }
}
