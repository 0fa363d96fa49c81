package io.databroker.tck.child;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A port of this machine at which a parent waits for one child.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
public final class Port implements AutoCloseable {
  private static final int ACCEPT_MILLIS = 200;
  private static final int LONGEST_SILENCE_MILLIS = 30_000;
  private static final int LONGEST_LINE = 200;

  private final ServerSocket server;
  private final String token = UUID.randomUUID().toString();

  /** Opens a free port. */
  public Port() throws IOException {
    this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  /** Returns the arguments with which a child calls {@link Link#to}: the port and the token. */
  public List<String> arguments() {
    return List.of(Integer.toString(server.getLocalPort()), token);
  }

  /** Waits for the child; returns null if its process ends first. */
  public @Nullable Socket accept(Process process) throws IOException {
    server.setSoTimeout(ACCEPT_MILLIS);
    while (true) {
      try {
        Socket socket = server.accept();
        socket.setSoTimeout(LONGEST_SILENCE_MILLIS);
        if (isChild(socket)) {
          return socket;
        }
        socket.close();
      } catch (SocketTimeoutException notYet) {
        if (!process.isAlive()) {
          return null;
        }
      }
    }
  }

  /** Returns whether the first line names the token; others on this machine may connect, too. */
  private boolean isChild(Socket socket) {
    try {
      StringBuilder line = new StringBuilder();
      int next = socket.getInputStream().read();
      while (next >= 0 && next != '\n' && line.length() < LONGEST_LINE) {
        line.append((char) next);
        next = socket.getInputStream().read();
      }
      return Words.of(line.toString()).equals(List.of("child", token));
    } catch (IOException | IllegalArgumentException stranger) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
