package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A watcher whose server stops and restarts. */
class ReconnectTest {
  @TempDir private Path folder;

  /** {@code databroker watch --reconnect} in a thread of this process. */
  private static final class Watcher {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();
    private final Thread thread;

    Watcher(String address) throws IOException {
      PipedInputStream out = new PipedInputStream(1 << 16);
      Terminal terminal =
          new Terminal(
              new ByteArrayInputStream(new byte[0]),
              new PipedOutputStream(out),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              false,
              false);
      thread =
          new Thread(
              () ->
                  code.complete(
                      DatabrokerCommand.run(
                          terminal, "watch", "--reconnect", "--server", address)));
      thread.start();
      Thread reader =
          new Thread(
              () -> {
                try (var read =
                    new BufferedReader(new InputStreamReader(out, StandardCharsets.UTF_8))) {
                  for (String line = read.readLine(); line != null; line = read.readLine()) {
                    lines.add(line);
                  }
                } catch (IOException e) {
                  // The watcher has ended, without closing its end of the pipe.
                }
              });
      reader.setDaemon(true);
      reader.start();
    }

    String next() throws InterruptedException {
      String line = lines.poll(30, TimeUnit.SECONDS);
      assertThat(line).as(told()).isNotNull();
      return line;
    }

    String told() {
      return err.toString(StandardCharsets.UTF_8);
    }

    int end() throws Exception {
      thread.interrupt();
      return code.get(20, TimeUnit.SECONDS);
    }
  }

  /** Wire between a client and a server that the test can cut. */
  private static final class Wire implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final List<Socket> ends = new CopyOnWriteArrayList<>();

    Wire(String server) throws IOException {
      Address behind = Address.parse(server);
      start(
          () -> {
            while (true) {
              Socket client = socket.accept();
              Socket to = new Socket(behind.host(), behind.port());
              ends.add(client);
              ends.add(to);
              start(() -> client.getInputStream().transferTo(to.getOutputStream()));
              start(() -> to.getInputStream().transferTo(client.getOutputStream()));
            }
          });
    }

    private interface Work {
      void run() throws IOException;
    }

    private static void start(Work work) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  work.run();
                } catch (IOException e) {
                  // It was cut or closed.
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    String address() {
      return "127.0.0.1:" + socket.getLocalPort();
    }

    void cut() throws IOException {
      for (Socket end : ends) {
        end.close();
      }
      ends.clear();
    }

    @Override
    public void close() throws IOException {
      socket.close();
      cut();
    }
  }

  @Test
  void aConnectionThatIsLostAfterAnAnswerNeedsNoTls() throws Exception {
    RunningServer server = RunningServer.start();
    try (Wire wire = new Wire(server.address)) {
      Watcher watcher = new Watcher(wire.address());
      server.ask("put", "car", "0", "{}");
      assertThat(watcher.next()).contains("\"id\":\"0\"");
      wire.cut();
      server.ask("put", "car", "1", "{}");
      assertThat(watcher.next()).contains("\"id\":\"1\"");
      assertThat(watcher.told())
          .isEqualTo(
              "databroker: the connection to the server at "
                  + wire.address()
                  + " was lost; the call may or may not have taken effect; trying again\n");
      assertThat(watcher.end()).isEqualTo(ExitCodes.FAILED);
    }
    assertThat(server.stop()).isZero();
  }

  @Test
  void aWatcherGoesOnAfterTheLastChangeThatItShowed() throws Exception {
    String[] store = {"--backend", "offheap", "--set", "directory=" + folder.resolve("store")};
    RunningServer server = RunningServer.start(store);
    Watcher watcher = new Watcher(server.address);
    server.ask("put", "car", "0", "{}");
    assertThat(watcher.next()).contains("\"id\":\"0\"");
    for (int i = 1; i <= 2; i++) {
      assertThat(server.stop()).isZero();
      server = RunningServer.startAt(server.address, store);
      server.ask("put", "car", "while it was away " + i, "{}");
      assertThat(watcher.next()).contains("\"id\":\"while it was away " + i + "\"");
      server.ask("put", "car", "back " + i, "{}");
      assertThat(watcher.next()).contains("\"id\":\"back " + i + "\"");
    }
    assertThat(watcher.end()).isEqualTo(ExitCodes.FAILED);
    assertThat(server.stop()).isZero();
    assertThat(watcher.lines).isEmpty();
    assertThat(watcher.told().lines().filter(line -> line.endsWith("; trying again"))).hasSize(2);
  }

  @Test
  void aWatcherIsToldThatTheHistoryIsAnother() throws Exception {
    RunningServer server = RunningServer.start();
    Watcher watcher = new Watcher(server.address);
    server.ask("put", "car", "0", "{}");
    assertThat(watcher.next()).contains("\"id\":\"0\"");
    assertThat(server.stop()).isZero();
    RunningServer other = RunningServer.startAt(server.address);
    assertThat(watcher.code.get(30, TimeUnit.SECONDS)).isEqualTo(ExitCodes.FAILED);
    assertThat(watcher.told()).endsWith("export the records and start a new watch\n");
    assertThat(other.stop()).isZero();
  }

  @Test
  void aServerThatIsNotThereYetIsWaitedFor() throws Exception {
    RunningServer server = RunningServer.start();
    String address = server.address;
    assertThat(server.stop()).isZero();
    Watcher watcher = new Watcher(address);
    RunningServer later = RunningServer.startAt(address);
    later.ask("put", "car", "0", "{}");
    assertThat(watcher.next()).contains("\"id\":\"0\"");
    assertThat(watcher.end()).isEqualTo(ExitCodes.FAILED);
    assertThat(later.stop()).isZero();
  }
}
