package io.databroker.offheap;

import io.databroker.api.Settings;
import java.nio.file.Path;

class OffheapDirectoryTckTest extends OffheapTckTest {
  @Override
  public Settings settings(Path directory) {
    return Settings.builder().set(OffheapSettings.DIRECTORY, directory).build();
  }
}
