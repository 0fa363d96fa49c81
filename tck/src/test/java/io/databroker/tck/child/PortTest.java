package io.databroker.tck.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PortTest {
  private static void connect(int port, String line, boolean reset) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
      if (reset) {
        socket.setSoLinger(true, 0);
      }
    }
  }

  /** Process that lives as long as the test. */
  private static final class Living extends Process {
    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public InputStream getErrorStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public int waitFor() {
      throw new IllegalThreadStateException();
    }

    @Override
    public int exitValue() {
      throw new IllegalThreadStateException();
    }

    @Override
    public void destroy() {}
  }

  @Test
  void strangersAtThePortDoNotEndTheRun() throws Exception {
    try (Port port = new Port()) {
      int number = Integer.parseInt(port.arguments().get(0));
      FutureTask<Boolean> child =
          new FutureTask<>(
              () -> {
                try (Socket socket = port.accept(new Living())) {
                  return socket != null;
                }
              });
      Thread thread = new Thread(child, "accept");
      thread.start();
      connect(number, "'%zz\n", false);
      connect(number, "GET / HTTP/1.1\n", false);
      connect(number, "", true);
      connect(number, Words.line(List.of("child", port.arguments().get(1))) + "\n", false);
      assertThat(child.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
