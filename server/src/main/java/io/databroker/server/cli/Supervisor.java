package io.databroker.server.cli;

import io.databroker.server.log.Logging;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Notifies systemd that the server is ready, if systemd has requested it. The JDK has no datagrams
 * of UNIX sockets, so {@code systemd-notify} sends them.
 */
final class Supervisor {
  private static final String SOCKET = "NOTIFY_SOCKET";
  private static final long PATIENCE_SECONDS = 5;

  private final Map<String, String> environment;
  private final Logging log;

  Supervisor(Map<String, String> environment, Logging log) {
    this.environment = environment;
    this.log = log;
  }

  void ready() {
    send("READY=1");
  }

  private void send(String state) {
    if (environment.getOrDefault(SOCKET, "").isEmpty()) {
      return;
    }
    try {
      ProcessBuilder command = new ProcessBuilder("systemd-notify", state);
      command.redirectOutput(ProcessBuilder.Redirect.DISCARD);
      command.redirectError(ProcessBuilder.Redirect.DISCARD);
      Process process = command.start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        failed(state, "it did not end");
      } else if (process.exitValue() != 0) {
        failed(state, "it ended with " + process.exitValue());
      }
    } catch (IOException e) {
      failed(state, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void failed(String state, String why) {
    log.warning(
        String.format(
            Locale.ROOT,
            "systemd was not notified of %s, as systemd-notify failed: %s; use Type=exec in the unit",
            state,
            why));
  }
}
