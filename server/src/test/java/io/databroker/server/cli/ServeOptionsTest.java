package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

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

  @Test
  void aHangUpReadsTheFilesAnewAndABadOneChangesNothing(@TempDir Path folder) throws Exception {
    assumeFalse(ignoresHangUps(), "this process ignores SIGHUP, as under nohup");
    Path options = folder.resolve("options.json");
    Path config = folder.resolve("databroker.yaml");
    Files.writeString(options, "{\"car\":{\"capacity\":1}}");
    Files.writeString(config, "options: " + options + "\nmax-leases: 5\n");
    RunningServer server = RunningServer.start("--config", config.toString());
    assertThat(server.ask("options", "car").out()).isEqualTo("{\"capacity\":1}\n");

    Files.writeString(options, "{\"car\":{\"capacity\":2},\"van\":{\"ttl\":5}}");
    hangUp();
    eventually(() -> server.log().contains("the former stays in force: options file " + options));
    assertThat(server.ask("options", "car").out()).isEqualTo("{\"capacity\":1}\n");

    Files.writeString(options, "{\"car\":{\"capacity\":3}}");
    Files.writeString(config, "options: " + options + "\nmax-leases: 6\nprofile: pomerium\n");
    hangUp();
    eventually(() -> server.log().contains("in force after a restart only: max-leases, profile"));
    assertThat(server.ask("options", "car").out()).isEqualTo("{\"capacity\":3}\n");
    // The server does not know the message types of the profile yet.
    assertThat(server.ask("options", "type.googleapis.com/session.SessionBinding").code())
        .isEqualTo(1);
    assertThat(server.ask("clear", "--yes").code()).isZero();
    eventually(() -> server.ask("options", "car").out().equals("{\"capacity\":3}\n"));

    Files.writeString(config, "max-laeses: 6\n");
    hangUp();
    eventually(() -> server.log().contains("did you mean max-leases?"));
    assertThat(server.ask("options", "car").out()).isEqualTo("{\"capacity\":3}\n");
    assertThat(server.stop()).isZero();
  }

  /** Returns whether the JVM was started with SIGHUP ignored; it cannot handle the signal then. */
  private static boolean ignoresHangUps() throws Exception {
    String ignored =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findFirst()
            .orElseThrow();
    return Long.parseUnsignedLong(ignored, 16) % 2 == 1;
  }

  /** Sends SIGHUP to this process, which the server handles. */
  private static void hangUp() throws Exception {
    long pid = ProcessHandle.current().pid();
    assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(pid)).start().waitFor()).isZero();
  }

  private static void eventually(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
