package io.databroker.tck.run;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A child's line to its parent: one event a line. The child does not outlive the line.
 *
 * <p><b>Thread-safety:</b> safe for use by any thread.
 */
final class Link {
  /** How often a child says that it lives. */
  static final int BEAT_MILLIS = 500;

  private final Writer out;

  private Link(Writer out) {
    this.out = out;
  }

  /** Connects to the parent, and names the token by which the parent knows its child. */
  @SuppressWarnings("resource") // open as long as the JVM runs
  static Link to(int port, String token) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    Link link =
        new Link(
            new BufferedWriter(
                new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8)));
    link.tell("child", token);
    return link;
  }

  /** Sends an event; ends this JVM if nobody listens. */
  synchronized void tell(String event, String... words) {
    try {
      List<String> all = new ArrayList<>(List.of(event));
      all.addAll(List.of(words));
      out.write(Words.line(all));
      out.write('\n');
      out.flush();
    } catch (IOException gone) {
      Runtime.getRuntime().halt(4);
    }
  }
}
