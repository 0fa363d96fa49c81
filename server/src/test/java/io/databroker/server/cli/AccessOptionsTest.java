package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.fixture.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessOptionsTest {
  @TempDir Path folder;

  private Path keyFile(String name, int seed) throws Exception {
    byte[] key = new byte[32];
    java.util.Arrays.fill(key, (byte) seed);
    return Files.writeString(folder.resolve(name), Base64.getEncoder().encodeToString(key) + "\n");
  }

  @Test
  void aServerWithTlsAndAKeyIsAskedWithThem() throws Exception {
    Certificates server = Certificates.make(folder, "server");
    Path key = keyFile("key", 1);
    Path other = keyFile("other", 2);
    RunningServer running =
        RunningServer.start(
            "--tls-cert",
            server.certificate().toString(),
            "--tls-key",
            server.key().toString(),
            "--shared-key-file",
            key.toString());
    String ca = server.certificate().toString();
    Cli stored =
        running.ask("put", "car", "7", "{}", "--tls-ca", ca, "--shared-key-file", key.toString());
    assertThat(stored.code()).as(stored.err()).isZero();
    Cli foreign = running.ask("types", "--tls-ca", ca, "--shared-key-file", other.toString());
    assertThat(foreign.code()).isEqualTo(1);
    assertThat(foreign.err()).contains("unauthenticated").doesNotContain("\n\tat");
    assertThat(running.ask("types", "--tls-ca", ca).err()).contains("has no token");
    assertThat(running.ask("types", "--shared-key-file", key.toString()).code()).isEqualTo(1);
    assertThat(running.stop()).isZero();
  }

  @Test
  void listeningBeyondLoopbackNeedsAKey() throws Exception {
    Cli open = Cli.run("serve", "--listen", "0.0.0.0:0");
    assertThat(open.code()).isEqualTo(2);
    assertThat(open.err()).contains("--shared-key-file").contains("--tls-client-ca");
  }

  @Test
  void whatCannotBeUsedIsToldInOneLine() throws Exception {
    Path bad = Files.writeString(folder.resolve("bad"), "nothing");
    Certificates server = Certificates.make(folder, "server");
    Certificates other = Certificates.make(folder, "other");
    failed("--shared-key-file", bad.toString(), "is no key");
    failed("--shared-key-file", folder.resolve("absent").toString(), "there is no key file");
    failed("--tls-cert", server.certificate().toString(), "need each other");
    failed("--tls-client-ca", server.certificate().toString(), "needs --tls-cert");
    Cli mixed =
        Cli.run(
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            server.certificate().toString(),
            "--tls-key",
            other.key().toString());
    assertThat(mixed.code()).isEqualTo(1);
    assertThat(mixed.err()).contains("is not that of the certificate");
  }

  private static void failed(String option, String value, String problem) {
    Cli told = Cli.run("serve", "--listen", "127.0.0.1:0", option, value);
    assertThat(told.code()).isEqualTo(1);
    assertThat(told.err()).contains(problem);
    assertThat(told.err().lines()).hasSize(1);
  }
}
