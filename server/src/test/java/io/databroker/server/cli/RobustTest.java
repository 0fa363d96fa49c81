package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line with odd streams, arguments and names. */
class RobustTest {
  private static RunningServer server;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    assertThat(server.stop()).isZero();
  }

  @BeforeEach
  void clear() {
    assertThat(server.ask("clear", "--yes").code()).isZero();
  }

  /** Stream that accepts some bytes, and then fails. */
  private static final class Full extends OutputStream {
    private int left;

    Full(int left) {
      this.left = left;
    }

    @Override
    public void write(int b) throws IOException {
      if (left-- <= 0) {
        throw new IOException("the words of the system");
      }
    }
  }

  private static Cli toFull(boolean readers, int room, String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            new Full(room),
            errors,
            false,
            false,
            () -> readers,
            System.getenv());
    int code = DatabrokerCommand.run(terminal, arguments);
    return new Cli(code, "", err.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "types", "watch --no-wait", "get car 7", "query", "info"})
  void outputThatCannotBeWrittenIsAnError(String command) {
    server.ask("put", "car", "7", "{\"a\":1}");
    for (int room : new int[] {0, 3}) {
      Cli cli = toFull(false, room, server.with(command.split(" ")));
      assertThat(cli.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(cli.err())
          .isEqualTo("databroker: standard output cannot be written: the words of the system\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version", "get --help", "completion", "backends"})
  void helpThatCannotBeWrittenIsAnError(String command) {
    Cli cli = toFull(false, 5, command.split(" "));
    assertThat(cli.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(cli.err()).startsWith("databroker: standard output cannot be written");
  }

  @Test
  void aReaderThatHasGoneIsNoError() {
    server.ask("put", "car", "7", "{\"a\":1}");
    for (String command : new String[] {"export", "types"}) {
      Cli cli = toFull(true, 0, server.with(command));
      assertThat(cli.code()).isZero();
      assertThat(cli.err()).isEmpty();
    }
    assertThat(toFull(true, 0, "--help").code()).isZero();
  }

  @Test
  void anArgumentThatIsNoTextIsRefused() {
    for (String[] arguments :
        new String[][] {
          {"put", "user", "zo\uFFFD\uFFFD", "{}"},
          {"get", "us\uFFFDr", "1"},
          {"put", "user", "1", "{\"a\":\"\uFFFD\"}"}
        }) {
      Cli cli = server.ask(arguments);
      assertThat(cli.code()).isEqualTo(ExitCodes.USAGE);
      assertThat(cli.err()).contains("is not text in the charset").contains("LC_ALL=C.UTF-8");
    }
    assertThat(server.ask("types").out()).isEmpty();
  }

  @Test
  void anAtSignIsPartOfAnId() throws Exception {
    Path file = folder.resolve("alice");
    Files.writeString(file, "EXPANDED");
    String id = "@" + file;
    assertThat(server.ask("put", "user", id, "{\"a\":1}").out()).contains("\"id\":\"" + id + '"');
    assertThat(server.ask("get", "user", id).code()).isZero();
  }

  @Test
  void aPipeIsReadToItsEnd() throws Exception {
    Path pipe = folder.resolve("pipe");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertThat(made.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(made.exitValue()).isZero();
    Thread writer =
        new Thread(
            () -> {
              try {
                Files.writeString(
                    pipe,
                    "{\"type\":\"car\",\"id\":\"1\"}\n{\"type\":\"car\",\"id\":\"2\",\"data\":{}}\n");
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    writer.start();
    Cli cli = server.ask("import", pipe.toString());
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out()).startsWith("stored 2 records");
    writer.join(TimeUnit.SECONDS.toMillis(20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no_such_host_here:6602",
        "no such host:1",
        "a..b:1",
        "no-such-host.invalid:1",
        "-:1",
        "[::zz]:1",
        "münchen.invalid:1",
        "a%b:1",
        "user@host:1"
      })
  void aHostThatThereIsNotIsToldInWords(String address) {
    Cli cli = Cli.run("types", "--server", address);
    assertThat(cli.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(cli.err()).doesNotContain("Exception").doesNotContain("unexpected");
    assertThat(cli.err().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:",
        ":1",
        "localhost:x",
        "localhost:65536",
        "::1:6601",
        "",
        "localhost:-1",
        "localhost:1 ",
        "localhost:\u0661"
      })
  void anAddressThatIsNoneIsRefused(String address) {
    Cli cli = Cli.run("types", "--server", address);
    assertThat(cli.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).doesNotContain("Exception");
  }

  @Test
  void aHostIsFoundByEachOfItsNames() {
    String port = server.address.substring(server.address.lastIndexOf(':'));
    for (String host : new String[] {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
      Cli cli = Cli.run("types", "--server", host + port);
      assertThat(cli.err()).as(host).isEmpty();
      assertThat(cli.code()).as(host).isZero();
    }
  }

  @Test
  void withoutACommandAllAreShown() {
    Cli cli = Cli.run();
    assertThat(cli.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("serve", "import", "watch", "lease");
    Cli lease = Cli.run("lease");
    assertThat(lease.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(lease.err()).contains("acquire", "renew", "release");
  }

  @Test
  void theNearestIsSuggested() {
    assertThat(Cli.run("gett").err()).contains("did you mean get?").contains("--help");
    assertThat(Cli.run("lease", "aquire", "x").err()).contains("did you mean acquire?");
    assertThat(Cli.run("types", "--sever", "a:1").err()).contains("did you mean --server?");
    assertThat(Cli.run("xyzzyxyzzy").code()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void whatStandsBeforeASubcommandIsNotIgnored() {
    for (String[] arguments :
        new String[][] {
          {"options", "--server", server.address, "set", "t", "--index", "f"},
          {"options", "t", "set", "u", "--index", "f", "--server", server.address},
          {"options", "--server", server.address, "clear", "t"}
        }) {
      Cli cli = Cli.run(arguments);
      assertThat(cli.code()).as(cli.err()).isEqualTo(ExitCodes.USAGE);
      assertThat(cli.err()).contains("comes before").contains("write it after");
    }
    assertThat(server.ask("options", "u").code()).isEqualTo(ExitCodes.FAILED);
    assertThat(server.ask("options", "set", "t", "--index", "f").code()).isZero();
    assertThat(server.ask("options", "t").out()).contains("\"f\"");
  }

  @Test
  void aPutMayHaveACondition() {
    assertThat(server.ask("put", "car", "7", "{\"a\":1}", "--if-absent").code()).isZero();
    Cli again = server.ask("put", "car", "7", "{\"a\":2}", "--if-absent");
    assertThat(again.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(again.err()).contains("condition-failed");
    String line = server.ask("get", "car", "7").out();
    assertThat(line).contains("{\"a\":1}");
    String version = line.replaceAll("(?s).*\"version\":\"([0-9]+)\".*", "$1");
    assertThat(server.ask("put", "car", "7", "{\"a\":3}", "--if-version", version).code()).isZero();
    Cli late = server.ask("put", "car", "7", "{\"a\":4}", "--if-version", version);
    assertThat(late.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(server.ask("get", "car", "7").out()).contains("{\"a\":3}");
    assertThat(server.ask("put", "car", "7", "{}", "--if-absent", "--if-version", "1").code())
        .isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void severalRecordsAreGotAtOnce() {
    server.ask("put", "car", "7", "{\"a\":1}");
    server.ask("put", "car", "8", "{\"a\":2}");
    assertThat(server.ask("get", "car", "8", "7").lines()).hasSize(2);
    Cli some = server.ask("get", "car", "7", "9", "8");
    assertThat(some.lines()).hasSize(2);
    assertThat(some.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(some.err()).isEqualTo("databroker: no record (\"car\", \"9\")\n");
  }

  @Test
  void aWatchResumesInItsHistory() {
    server.ask("put", "car", "7", "{\"a\":1}");
    server.ask("put", "car", "8", "{\"a\":2}");
    String history = server.ask("export").out().isEmpty() ? "" : history();
    String version =
        server.ask("get", "car", "7").out().replaceAll("(?s).*\"version\":\"([0-9]+)\".*", "$1");
    Cli rest = server.ask("watch", "--no-wait", "--history", history, "--from", version);
    assertThat(rest.lines()).hasSize(1).first().asString().contains("\"id\":\"8\"");
    server.ask("clear", "--yes");
    Cli gone = server.ask("watch", "--no-wait", "--history", history, "--from", version);
    assertThat(gone.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(gone.err()).contains("history was replaced");
    assertThat(server.ask("watch", "--history", history).code()).isEqualTo(ExitCodes.USAGE);
  }

  private static String history() {
    return server.ask("info").out().lines().findFirst().orElseThrow().replaceAll("[^0-9]", "");
  }

  @Test
  void theCompletionScriptNamesEachCommand() {
    Cli cli = Cli.run("completion");
    assertThat(cli.code()).isZero();
    assertThat(cli.out()).contains("complete -F", "import", "--if-absent");
  }
}
