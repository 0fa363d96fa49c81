package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.fixture.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessOptionsTest {
  @TempDir static Path shared;
  private static Certificates certificates;
  private static Certificates others;

  @TempDir Path folder;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = Certificates.make(shared, "server");
    others = Certificates.make(shared, "other");
  }

  private Path keyFile(String name, int seed) throws Exception {
    byte[] key = new byte[32];
    java.util.Arrays.fill(key, (byte) seed);
    return Files.writeString(folder.resolve(name), Base64.getEncoder().encodeToString(key) + "\n");
  }

  @Test
  void aServerWithTlsAndAKeyIsAskedWithThem() throws Exception {
    Certificates server = certificates;
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
  void aHandshakeThatFailsIsToldAsSuch() throws Exception {
    Pair pair = pair();
    Cli foreign = pair.first().ask("types", "--tls-ca", pair.ca(1));
    assertThat(foreign.code()).isEqualTo(1);
    assertThat(foreign.err()).contains("no TLS connection to").contains("--tls-ca must name");
    assertThat(foreign.err().lines()).hasSize(1);
    assertThat(pair.first().ask("types").err()).contains("if the server requires TLS");
    RunningServer plain = RunningServer.start();
    assertThat(plain.ask("types", "--tls-ca", pair.ca(0)).err()).contains("does not serve TLS");
    plain.stop();
    pair.stop();
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
    Certificates server = certificates;
    Certificates other = others;
    failed("--shared-key-file", bad.toString(), "is not a key");
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

  /** Two servers whose certificates and keys differ. */
  private record Pair(RunningServer first, RunningServer second, List<Path> files) {
    String ca(int server) {
      return files.get(2 * server).toString();
    }

    String key(int server) {
      return files.get(2 * server + 1).toString();
    }

    void stop() throws Exception {
      first.stop();
      second.stop();
    }
  }

  private Pair pair() throws Exception {
    List<Path> files = new ArrayList<>();
    List<RunningServer> servers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Certificates own = i == 0 ? certificates : others;
      Path key = keyFile("key" + i, 10 + i);
      files.addAll(List.of(own.certificate(), key));
      servers.add(
          RunningServer.start(
              "--tls-cert",
              own.certificate().toString(),
              "--tls-key",
              own.key().toString(),
              "--shared-key-file",
              key.toString()));
    }
    return new Pair(servers.get(0), servers.get(1), files);
  }

  @Test
  void eachServerOfACopyGetsItsOwnKeyAndAuthorities() throws Exception {
    Pair pair = pair();
    String a = pair.first().address;
    String b = pair.second().address;
    String[] both = {"--tls-ca", pair.ca(0), "--shared-key-file", pair.key(0)};
    Cli stored = pair.first().ask("put", "car", "7", "{}", both[0], both[1], both[2], both[3]);
    assertThat(stored.code()).as(stored.err()).isZero();

    // The plain options are the default of both; one server has its own.
    Cli copied =
        Cli.run(
            "copy",
            "--from=" + a,
            "--to=" + b,
            both[0],
            both[1],
            both[2],
            both[3],
            "--to-tls-ca=" + pair.ca(1),
            "--to-shared-key-file=" + pair.key(1));
    assertThat(copied.out()).as(copied.err()).startsWith("copied: 1 records");

    // Variables of one server win over those of both, and flags over all variables.
    Map<String, String> variables =
        new HashMap<>(
            Map.of(
                "DATABROKER_TLS_CA", pair.ca(1),
                "DATABROKER_SHARED_KEY_FILE", pair.key(1),
                "DATABROKER_FROM_TLS_CA", pair.ca(0),
                "DATABROKER_FROM_SHARED_KEY", Files.readString(Path.of(pair.key(0)))));
    assertThat(Cli.with(variables, "verify", a, b).out()).startsWith("equal: 1 records");
    variables.put("DATABROKER_TO_SHARED_KEY_FILE", pair.key(0));
    Cli wrong = Cli.with(variables, "verify", a, b);
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).contains("unauthenticated").contains(b);
    assertThat(Cli.with(variables, "verify", a, b, "--to-shared-key-file=" + pair.key(1)).out())
        .startsWith("equal: 1 records");
    pair.stop();
  }

  @Test
  void oneServerOfACopyIsCalledWithoutTlsIfToldSo() throws Exception {
    Pair pair = pair();
    assertThat(pair.first().ask("types").err()).contains("if the server requires TLS");
    RunningServer plain = RunningServer.start();
    plain.ask("put", "car", "7", "{}");
    Map<String, String> variables =
        Map.of("DATABROKER_TLS_CA", pair.ca(1), "DATABROKER_SHARED_KEY_FILE", pair.key(1));
    String[] copy = {"copy", "--from=" + plain.address, "--to=" + pair.second().address};
    assertThat(Cli.with(variables, copy).code()).isEqualTo(1);
    Cli copied = Cli.with(variables, copy[0], copy[1], copy[2], "--from-plaintext");
    assertThat(copied.out()).as(copied.err()).startsWith("copied: 1 records");
    plain.stop();
    pair.stop();
  }

  @Test
  void accessOptionsThatNoServerWouldGetAreRejected() throws Exception {
    String a = "offheap:directory=" + folder.resolve("a");
    String b = "offheap:directory=" + folder.resolve("b");
    String key = keyFile("key", 1).toString();
    Cli plain = Cli.run("copy", "--from", a, "--to", b, "--shared-key-file", key);
    assertThat(plain.code()).isEqualTo(2);
    assertThat(plain.err()).contains("--shared-key-file is for a server, but no server is named");
    Cli own = Cli.run("verify", "127.0.0.1:1", b, "--to-tls-ca", key);
    assertThat(own.code()).isEqualTo(2);
    assertThat(own.err()).contains("--to-tls-ca is for a server, but " + b + " is a backend");
    assertThat(folder.resolve("a")).doesNotExist();
  }

  @Test
  void variablesOfTheOtherCommandsAreNoMistakesOfServe() {
    Map<String, String> variables =
        Map.of("DATABROKER_FROM_TLS_CA", "x", "DATABROKER_TO_SHARED_KEY", "y");
    Cli checked = Cli.with(variables, "serve", "--check");
    assertThat(checked.code()).as(checked.err()).isZero();
    assertThat(Cli.with(Map.of("DATABROKER_FROM_TLS_CAA", "x"), "serve", "--check").code())
        .isEqualTo(2);
  }
}
