package io.databroker.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Knows the TCP socket under each connection, to cut off the connection at once. The driver would
 * close the TLS socket instead, and that close first waits for a write that a stopped server
 * blocks.
 *
 * <p>Public because the driver creates it by its name, with the number of the attempt to connect.
 *
 * <p><b>Thread-safety:</b> any thread may call any method at any time.
 */
public final class RawSockets extends SocketFactory {
  private static final AtomicLong ATTEMPTS = new AtomicLong();

  /** The last socket of each attempt to connect, which may try several hosts. */
  private static final Map<String, Optional<Socket>> CONNECTING = new ConcurrentHashMap<>();

  private static final Map<Connection, Socket> CONNECTED =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final String attempt;

  /** Creates the sockets of that attempt to connect. */
  public RawSockets(String attempt) {
    this.attempt = attempt;
  }

  /** Connects, and remembers the socket unless the URL names another factory of sockets. */
  static Connection connect(PGSimpleDataSource driver) throws SQLException {
    boolean isOurs =
        driver.getSocketFactory() == null
            && PGSimpleDataSource.class.getClassLoader() == RawSockets.class.getClassLoader();
    if (!isOurs) {
      return driver.getConnection();
    }
    String attempt = Long.toString(ATTEMPTS.incrementAndGet());
    driver.setSocketFactory(RawSockets.class.getName());
    driver.setSocketFactoryArg(attempt);
    CONNECTING.put(attempt, Optional.empty());
    try {
      Connection connection = driver.getConnection();
      CONNECTING
          .getOrDefault(attempt, Optional.empty())
          .ifPresent(socket -> CONNECTED.put(connection, socket));
      return connection;
    } finally {
      CONNECTING.remove(attempt);
    }
  }

  /** Ends a connection and the call that uses it, without a message to the server. */
  static void cutOff(Connection connection) {
    try {
      Connection driver = (Connection) connection.unwrap(PGConnection.class);
      @Nullable Socket socket = CONNECTED.get(driver);
      if (socket != null) {
        socket.close();
        connection.abort(Runnable::run);
      } else {
        // May wait for a write, so not on the thread that cuts off all connections.
        connection.abort(
            task -> Threads.named("databroker-postgres-abort").newThread(task).start());
      }
    } catch (SQLException | IOException failure) {
      // The connection is already closed.
    }
  }

  @Override
  public Socket createSocket() {
    Socket socket = new Socket();
    CONNECTING.computeIfPresent(attempt, (number, before) -> Optional.of(socket));
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return new Socket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort)
      throws IOException {
    return new Socket(host, port, from, fromPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return new Socket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
      throws IOException {
    return new Socket(host, port, from, fromPort);
  }
}
