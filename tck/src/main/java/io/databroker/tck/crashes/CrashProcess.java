package io.databroker.tck.crashes;

import io.databroker.tck.child.ChildJvm;
import io.databroker.tck.child.Port;
import io.databroker.tck.engine.InconclusiveException;
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
    void listen(Process process, Reports reports) throws IOException;
  }

  /**
   * Starts a child, passes its reports to the listener, and kills it; returns its exit code.
   *
   * @throws InconclusiveException if the child ends before it reports anything: it has not touched
   *     the backend
   */
  static int run(Order order, Listener listener) throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(ChildJvm.inherited());
    options.addAll(ChildJvm.forShortRuns(options));
    try (Port port = new Port()) {
      List<String> command = ChildJvm.command(options, CrashChild.class, port.arguments());
      return run(port, command, order, listener);
    }
  }

  static int run(Port port, List<String> command, Order order, Listener listener)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write((order.line() + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException ended) {
      // The child has ended, or will end because it reads no order.
    }
    try {
      try (Socket socket = port.accept(process)) {
        if (socket == null) {
          throw new InconclusiveException(
              "a child JVM did not start, and ended with exit code " + process.exitValue(),
              "free memory, or check the options of this JVM, which its children inherit");
        }
        listener.listen(process, new Reports(process, socket));
      }
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    return process.exitValue();
  }
}
