package io.databroker.offheap;

import io.databroker.api.BackendProvider;
import io.databroker.api.Settings;
import io.databroker.tck.DatabrokerTck;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class OffheapDirectoryTckTest extends DatabrokerTck {
  private static LogLines log;

  /** The kit damages files on purpose. */
  @BeforeAll
  static void captureTheLog() {
    log = new LogLines();
  }

  @AfterAll
  static void endTheCapture() {
    log.close();
  }

  @Override
  public BackendProvider provider() {
    return new OffheapProvider();
  }

  @Override
  public Settings settings(Path directory) {
    return Settings.builder().set(OffheapSettings.DIRECTORY, directory).build();
  }
}
