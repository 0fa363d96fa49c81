package io.databroker.tck.crashes;

import io.databroker.tck.child.ChildJvm;
import io.databroker.tck.child.Lines;
import io.databroker.tck.child.Port;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Child JVM that runs {@link CrashChild}. */
final class CrashProcess {
  private CrashProcess() {}

  /** Receives the reports of a child, and may kill it. */
  interface Listener {
    void listen(Process process, Socket socket, Lines lines) throws IOException;
  }

  /** Starts a child, passes its reports to the listener, and kills it; returns its exit code. */
  static int run(Order order, Listener listener) throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(ChildJvm.inherited());
    options.add("-XX:TieredStopAtLevel=1");
    try (Port port = new Port()) {
      Process process =
          new ProcessBuilder(ChildJvm.command(options, CrashChild.class, port.arguments()))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (OutputStream in = process.getOutputStream()) {
        in.write((order.line() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      try (Socket socket = port.accept(process)) {
        if (socket != null) {
          listener.listen(process, socket, new Lines(socket.getInputStream()));
        }
      } finally {
        process.destroyForcibly();
        process.waitFor();
      }
      return process.exitValue();
    }
  }
}
