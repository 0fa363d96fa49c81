package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
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
    eventually(() -> server.ask("options", "car").code() == 0);
    assertThat(server.ask("options", "car").out()).isEqualTo("{\"capacity\":1}\n");
    assertThat(server.ask("options", "bike").code()).isEqualTo(1);
    assertThat(server.stop()).isZero();
  }

  @Test
  void historyIsKeptAsLongAsWasSaid() throws Exception {
    RunningServer server = RunningServer.start("--history", "1ms", "--housekeeping", "1ms");
    assertThat(server.ask("put", "car", "7", "{}").code()).isZero();
    eventually(() -> server.ask("info").out().contains("earliest-version\t2\n"));
    assertThat(server.ask("get", "car", "7").code()).isZero();
    assertThat(server.stop()).isZero();
  }

  private static void eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
