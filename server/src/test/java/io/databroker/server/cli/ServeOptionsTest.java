package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeOptionsTest {
  @Test
  void optionsOfTheFileAreInForceAtStartAndAgainAfterAClear(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("options"), "{\"car\":{\"capacity\":1}}");
    RunningServer server = RunningServer.start("--options", file.toString());
    assertThat(server.ask("options", "car").out()).isEqualTo("{\"capacity\":1}\n");
    server.ask("options", "set", "bike", "--capacity", "2");
    assertThat(server.ask("clear", "--yes").code()).isZero();
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (server.ask("options", "car").code() != 0) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(server.ask("options", "car").out()).isEqualTo("{\"capacity\":1}\n");
    assertThat(server.ask("options", "bike").code()).isEqualTo(1);
    assertThat(server.stop()).isZero();
  }
}
