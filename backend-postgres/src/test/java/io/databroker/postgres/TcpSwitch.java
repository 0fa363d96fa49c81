package io.databroker.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Network between a host and a server. The test can cut it, or make it lose all bytes. */
final class TcpSwitch implements AutoCloseable {
  private final ServerSocket entrance;
  private volatile int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);
  private final CountDownLatch stalled = new CountDownLatch(1);
  private volatile boolean swallowing;
  private volatile boolean cut;

  TcpSwitch(int target) throws IOException {
    this.target = target;
    this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** Redirects to another server; cuts the connections to the former one. */
  void retarget(int port) throws IOException {
    target = port;
    dropAll();
  }

  private static void start(Runnable work) {
    Threads.named("tcp-switch").newThread(work).start();
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Socket client = entrance.accept();
        sockets.add(client);
        if (cut) {
          client.close();
          continue;
        }
        Socket server = connect(client);
        sockets.add(server);
        start(() -> pass(client, server, true));
        start(() -> pass(server, client, false));
      } catch (IOException closed) {
        // Either the test or the server has ended.
      }
    }
  }

  private Socket connect(Socket client) throws IOException {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), target);
    } catch (IOException away) {
      client.close();
      throw away;
    }
  }

  private void pass(Socket from, Socket to, boolean toServer) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (toServer && room.addAndGet(-read) < 0) {
          stalled.await();
        }
        if (!swallowing) {
          out.write(buffer, 0, read);
        }
      }
      if (isStalled()) {
        stalled.await(); // a stopped server ends no connection
      }
    } catch (IOException | InterruptedException cutOff) {
      // The close notifies both ends.
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  /** Loses all bytes sent from now on, and keeps the connections open. */
  void swallow() {
    swallowing = true;
  }

  /** Takes no more bytes for the server than that: a larger write blocks, as if it had stopped. */
  void stallAfter(long bytes) {
    room.set(bytes);
  }

  /** Returns whether a write is blocked. */
  boolean isStalled() {
    return room.get() < 0;
  }

  /** Ends all connections and refuses new ones. */
  void cut() throws IOException {
    cut = true;
    dropAll();
  }

  private void dropAll() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Lets new connections through; connections that lost bytes stay cut. */
  void mend() throws IOException {
    boolean lost = swallowing;
    swallowing = false;
    cut = false;
    if (lost) {
      dropAll();
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
    stalled.countDown();
    dropAll();
  }
}
