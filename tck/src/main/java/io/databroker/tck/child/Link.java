package io.databroker.tck.child;

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
 * A child's connection to its parent. The child does not outlive it.
 *
 * <p><b>Thread-safety:</b> safe for use by any thread.
 */
public final class Link {
  /** Interval of the events with which a child shows that it lives. */
  public static final int BEAT_MILLIS = 500;

  private final Writer out;

  private Link(Writer out) {
    this.out = out;
  }

  /** Connects to the parent and sends the token by which the parent recognises its child. */
  @SuppressWarnings({"resource", "AddressSelection"}) // open as long as the JVM runs
  public static Link to(int port, String token) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    Link link =
        new Link(
            new BufferedWriter(
                new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8)));
    link.tell("child", token);
    return link;
  }

  /** Sends an event; ends this JVM if the parent has gone. */
  public synchronized void tell(String event, String... words) {
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
