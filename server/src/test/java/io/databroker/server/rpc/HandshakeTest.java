package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.auth.TlsFiles;
import io.databroker.server.fixture.Certificates;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.net.NetworkLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that do not complete the handshake or the preface. */
class HandshakeTest {
  private static final byte[] HALF_A_CLIENT_HELLO = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};

  @TempDir Path folder;

  private static ServerSettings impatient() {
    return patientFor(Duration.ofMillis(300));
  }

  private static ServerSettings patientFor(Duration handshake) {
    ServerSettings standard = new ServerSettings();
    NetworkLimits limits = standard.network();
    Duration day = Duration.ofDays(1);
    return standard.withNetwork(
        new NetworkLimits(
            limits.connections(),
            limits.connectionsPerAddress(),
            limits.callsPerConnection(),
            limits.calls(),
            new NetworkLimits.Times(handshake, day, day, day, day, day),
            limits.room()));
  }

  private static Served serve(ServerSettings settings) throws IOException {
    return Served.with(new LockedBackend().checked(), new QuerySettings(), settings);
  }

  private static Socket connect(Served served) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), served.server.port());
  }

  /** Returns whether the server closes the connection within twenty seconds. */
  private static boolean closed(Socket socket) throws IOException {
    byte[] some = new byte[1 << 10];
    try {
      socket.setSoTimeout(20_000); // fails if the handshake timed out: the JDK closed the socket
      while (socket.getInputStream().read(some) >= 0) {
        // bytes that the server sends before it closes
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // reset
    }
  }

  @Test
  void aConnectionThatSaysNothingOrHalfAPrefaceIsClosed() throws Exception {
    try (Served served = serve(impatient());
        Socket silent = connect(served);
        Socket half = connect(served)) {
      half.getOutputStream().write("PRI * HTTP/2.0\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(closed(silent)).isTrue();
      assertThat(closed(half)).isTrue();
    }
  }

  @Test
  void aTlsConnectionThatIsNotCompletedIsClosed() throws Exception {
    Certificates own = Certificates.make(folder, "server");
    TlsFiles files = new TlsFiles(own.certificate(), own.key(), null);
    try (Served served = serve(impatient().withCredentials(files.credentials()));
        Socket silent = connect(served);
        Socket half = connect(served)) {
      half.getOutputStream().write(HALF_A_CLIENT_HELLO);
      assertThat(closed(silent)).isTrue();
      assertThat(closed(half)).isTrue();
    }
  }

  @Test
  void aTlsConnectionWithoutAPrefaceIsClosed() throws Exception {
    Certificates own = Certificates.make(folder, "server");
    TlsFiles files = new TlsFiles(own.certificate(), own.key(), null);
    boolean complete = false;
    // TLS alone takes seconds on a loaded machine.
    for (int millis = 300; !complete && millis < 20_000; millis *= 4) {
      ServerSettings settings = patientFor(Duration.ofMillis(millis));
      try (Served served = serve(settings.withCredentials(files.credentials()));
          SSLSocket withoutPreface = tls(served, own.certificate())) {
        complete = completes(withoutPreface);
        assertThat(closed(withoutPreface)).isTrue();
      }
    }
    assertThat(complete).isTrue();
  }

  private static boolean completes(SSLSocket socket) throws IOException {
    try {
      socket.startHandshake();
    } catch (SSLException | SocketException e) {
      return false; // closed before it was complete
    }
    assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
    return true;
  }

  private static SSLSocket tls(Served served, Path trusted) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var certificate = Files.newInputStream(trusted)) {
      store.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(certificate));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), served.server.port());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    return socket;
  }
}
