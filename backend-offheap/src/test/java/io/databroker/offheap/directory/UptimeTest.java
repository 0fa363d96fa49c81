package io.databroker.offheap.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UptimeTest {
  private static final String BOOT = "2d7e6a1c-8a34-4d8f-9d6b-7c1f0e5b9a11\n";

  @TempDir Path scratch;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(scratch.resolve(name), content);
  }

  @Test
  void bothFilesAreRead() throws IOException {
    Uptime uptime = Uptime.of(file("boot", BOOT), file("uptime", "38144.72 70112.03\n"));
    assertThat(uptime.boot()).isNotZero();
    assertThat(uptime.micros().getAsLong()).isEqualTo(38_144_720_000L);
  }

  /** Otherwise each kill of a store in such a container would begin a new history. */
  @Test
  void theBootIsKnownWithoutTheUptime() throws IOException {
    Path boot = file("boot", BOOT);
    Path odd = file("uptime", "up");
    for (Path uptime : new Path[] {scratch.resolve("missing"), odd}) {
      Uptime hidden = Uptime.of(boot, uptime);
      assertThat(hidden.boot()).isEqualTo(Uptime.of(boot, boot).boot()).isNotZero();
      assertThat(hidden.micros().getAsLong()).isNegative();
    }
  }

  @Test
  void withoutABootIdNothingIsKnown() throws IOException {
    Path uptime = file("uptime", "38144.72 70112.03\n");
    assertThat(Uptime.of(scratch.resolve("missing"), uptime)).isEqualTo(Uptime.UNKNOWN);
    assertThat(Uptime.of(file("boot", ""), uptime)).isEqualTo(Uptime.UNKNOWN);
  }
}
