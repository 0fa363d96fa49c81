package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Help and usage errors of the commands, without a server. */
class UsageTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "serve",
        "backends",
        "types",
        "get",
        "patch",
        "query",
        "put",
        "delete",
        "import",
        "export",
        "watch",
        "info",
        "options",
        "options set",
        "options clear",
        "lease",
        "lease acquire",
        "lease renew",
        "lease release",
        "clear",
        "completion",
        "backup",
        "restore",
        "copy",
        "verify",
        "help"
      })
  void everyCommandHasHelpWithAnExample(String command) {
    Cli help = Cli.run((command + " --help").strip().split(" "));
    assertThat(help.code()).isZero();
    assertThat(help.err()).isEmpty();
    assertThat(help.out())
        .startsWith(("Usage: databroker " + command).strip())
        .containsPattern("Examples?[^\n]*:\n  ")
        .doesNotContain("\033[");
    String last = help.out().substring(help.out().lastIndexOf("Example"));
    assertThat(last).contains("databroker " + command.replaceAll(" .*", ""));
  }

  @Test
  void eachCommandIsBuiltByItsName() {
    Terminal terminal = Terminal.ofProcess();
    assertThat(DatabrokerCommand.parser(terminal).getSubcommands().keySet())
        .containsExactlyElementsOf(Commands.NAMES);
    for (String name : Commands.NAMES) {
      assertThat(Commands.named(name, terminal).getCommandName()).isEqualTo(name);
      assertThat(DatabrokerCommand.parser(terminal, name).getSubcommands()).containsOnlyKeys(name);
    }
  }

  @Test
  void helpIsColouredOnATerminalOnly() {
    if (System.getenv("NO_COLOR") == null) {
      assertThat(Cli.onTerminal(Cli.text(""), "--help").out()).contains("\033[");
    }
    assertThat(Cli.run("--help").out()).doesNotContain("\033[");
  }

  @Test
  void versionIsTold() {
    assertThat(Cli.run("--version").out()).startsWith("databroker ").contains("(Java ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bogus",
        "types extra",
        "get car",
        "put car 7",
        "types --server nowhere",
        "types --server localhost:99999",
        "types --server :1",
        "watch --from -1",
        "watch --from x",
        "serve --listen 5443",
        "serve --set capacity",
        "serve --listen 127.0.0.1:0 --backend nosuch",
        "serve --listen 127.0.0.1:0 --set nosuch=1",
        "serve --listen 0.0.0.0:0",
        "serve --listen [::]:0",
        "serve --history 0s",
        "serve --history 99999999999d",
        "serve --housekeeping soon",
        "lease acquire x --ttl 0s",
        "import"
      })
  void wrongUsageIsTwoAndOneLine(String arguments) {
    Cli result = Cli.run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertThat(result.err()).startsWith("databroker: ").endsWith("\n");
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void anAddressBeyondThisMachineHasToBeAskedForInWords() {
    assertThat(Cli.run("serve", "--listen", "0.0.0.0:0").err())
        .contains("0.0.0.0:0 can be reached from other machines")
        .contains("--insecure-listen-anywhere");
  }

  @Test
  void noServerIsToldWithItsAddressAndHowToStartOne() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    Cli result = Cli.run("types", "--server", "127.0.0.1:" + free);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "databroker: no server answers at 127.0.0.1:"
                + free
                + ": start one with \"databroker serve\", or name another server"
                + System.lineSeparator());
  }

  @Test
  void anAddressInUseIsToldBeforeABackendIsOpened(@TempDir Path folder) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + socket.getLocalPort();
      Path directory = folder.resolve("data");
      Cli result =
          Cli.run(
              "serve",
              "--listen",
              address,
              "--backend",
              "offheap",
              "--set",
              "directory=" + directory);
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err())
          .startsWith("databroker: cannot listen on " + address + ": ")
          .endsWith("; give another address with --listen\n");
      assertThat(directory).doesNotExist();
    }
  }

  @Test
  void aServerThatWentAwayIsSaidTo() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread leaving =
          new Thread(
              () -> {
                try {
                  socket.accept().close();
                } catch (IOException e) {
                  // the test is over
                }
              });
      leaving.start();
      String address = "127.0.0.1:" + socket.getLocalPort();
      Cli result = Cli.run("types", "--server", address);
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err())
          .isEqualTo(
              ("databroker: the connection to the server at %s was lost; the call may or may "
                      + "not have taken effect; if the server requires TLS, name its authority by "
                      + "--tls-ca%n")
                  .formatted(address));
      leaving.join(20_000);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:5443, 127.0.0.1, 5443",
    "[::1]:0, ::1, 0",
    "localhost:65535, localhost, 65535"
  })
  void addressesReadBackAsWritten(String text, String host, int port) {
    Address address = Address.parse(text);
    assertThat(address).isEqualTo(new Address(host, port)).hasToString(text);
  }

  @Test
  void theOptionsFileIsReadAsAWhole(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("options.json");
    Files.writeString(
        file,
        "{\"a\": {\"capacity\": -1, \"ttl\": 5}, \"b\": 1,"
            + " \"c\": {\"indexedFields\": [1], \"size\": 1, \"ttl\": \"x\"}}");
    Cli result = Cli.run("serve", "--listen", "127.0.0.1:0", "--options", file.toString());
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "databroker: options file "
                + file
                + ": in \"a\", capacity is not a whole number from 0; in \"a\", ttl is not a string such"
                + " as \"1h\"; \"b\" is not an object; in \"c\", indexedFields is not a list of"
                + " strings; in \"c\", unknown option \"size\"; there are capacity, ttl and"
                + " indexedFields; in \"c\", ttl is 'x'; give a duration such as 250ms, 10s, 5m, 1h,"
                + " 7d or PT1H30M\n");

    Files.writeString(file, "{\"a\": {\"capacity\": \"18446744073709551615\", \"ttl\": \"1h\"}}");
    assertThat(OptionsFile.read(file.toString()))
        .isEqualTo(
            Map.of(
                "a",
                io.databroker.api.TypeOptions.NONE
                    .withCapacity(-1)
                    .withTtl(java.time.Duration.ofHours(1))));
    assertThat(Cli.run("serve", "--options", "nowhere").err())
        .isEqualTo("databroker: options file: there is no file nowhere\n");
  }
}
