package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections over TLS. */
class TlsTest {
  private static final char[] PASSWORD = "password".toCharArray();

  /** Closing a TLS socket waits for a write that a stopped server blocks. */
  @Test
  void aCallEndsInTimeAlthoughItsWriteIsBlocked(@TempDir Path folder) throws Exception {
    assumeTrue(
        System.getenv("DATABROKER_TEST_POSTGRES") == null, "only a server of the test's own");
    identify(folder, Path.of(TestServer.ask("SHOW data_directory")));
    TestServer.execute("ALTER SYSTEM SET ssl = on");
    TestServer.execute("SELECT pg_reload_conf()");
    String port = ":" + URI.create(TestServer.url().substring("jdbc:".length())).getPort();
    String schema = TestServer.freshSettings().get(PostgresSettings.SCHEMA);
    BackendContext context = BackendContext.standard().withCallTimeout(Duration.ofSeconds(1));
    try (TcpSwitch network = new TcpSwitch(Integer.parseInt(port.substring(1)));
        Backend host = TestServer.open(TestServer.settings(url(port, network), schema), context)) {
      FaultRound.onceBack(() -> host.put(List.of(Write.put("t", "before", Bytes.EMPTY))));
      network.stallAfter(1 << 20);
      for (int i = 0; !network.isStalled(); i++) {
        assertThat(i).as("writes that were not blocked").isLessThan(10);
        assertUnavailable(() -> host.put(List.of(large())));
      }
      assertUnavailable(() -> host.get("t", "before"));
      network.cut();
    } finally {
      TestServer.execute("ALTER SYSTEM RESET ssl");
      TestServer.execute("SELECT pg_reload_conf()");
    }
  }

  private static String url(String port, TcpSwitch network) {
    return TestServer.url().replace(port, ":" + network.port()) + "&sslmode=require";
  }

  private static void assertUnavailable(Callable<?> call) {
    FutureTask<?> task = new FutureTask<>(call);
    new Thread(task, "call").start();
    assertThatThrownBy(() -> task.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(UnavailableException.class);
  }

  private static Write large() {
    return Write.put("t", "large", Bytes.copyOf(new byte[15 << 20]));
  }

  /** Gives the server a key and a certificate. */
  private static void identify(Path folder, Path server) throws Exception {
    Path store = folder.resolve("store.p12");
    String[] command = {
      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
      "-genkeypair",
      "-keyalg",
      "EC",
      "-alias",
      "server",
      "-dname",
      "CN=localhost",
      "-storetype",
      "PKCS12",
      "-storepass",
      new String(PASSWORD),
      "-keystore",
      store.toString()
    };
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("keytool.log").toFile())
        .start()
        .waitFor();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    Path key = server.resolve("server.key");
    Files.writeString(key, pem("PRIVATE KEY", keys.getKey("server", PASSWORD).getEncoded()));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(
        server.resolve("server.crt"),
        pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
  }

  private static String pem(String kind, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
  }
}
