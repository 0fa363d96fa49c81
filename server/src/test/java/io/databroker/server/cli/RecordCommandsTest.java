package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each command against a server with the in-memory backend. */
class RecordCommandsTest {
  private static RunningServer server;

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

  private static Cli fails(int code, String message, Cli result) {
    assertThat(result.err()).isEqualTo("databroker: " + message + "\n");
    assertThat(result.code()).isEqualTo(code);
    return result;
  }

  private static Cli done(Cli result) {
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    return result;
  }

  private static String line(String id) {
    return "{\"type\":\"car\",\"id\":\"" + id + "\",\"data\":{\"n\":\"" + id + "\"}}\n";
  }

  private static Cli importing(String lines) {
    return Cli.run(Cli.text(lines), server.with("import", "-"));
  }

  private static List<String> ids() {
    return server.ask("export").lines().stream()
        .map(line -> line.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1"))
        .sorted()
        .toList();
  }

  @Test
  void aRecordIsPutShownListedAndDeleted() {
    Cli put = done(server.ask("put", "car", "7", "{\"color\":\"blue\"}"));
    assertThat(put.out())
        .matches(
            "\\{\"type\":\"car\",\"id\":\"7\",\"version\":\"\\d+\",\"modifiedAt\":\"[^\"]+Z\","
                + "\"data\":\\{\"color\":\"blue\"}}\n");
    assertThat(done(server.ask("get", "car", "7")).out()).isEqualTo(put.out());
    done(server.ask("put", "bike", "1", "{}"));
    assertThat(done(server.ask("types")).lines()).containsExactly("bike", "car");
    assertThat(done(server.ask("delete", "car", "7")).out())
        .contains("\"deletedAt\":")
        .contains("{\"color\":\"blue\"}");
    fails(1, "no record (\"car\", \"7\")", server.ask("get", "car", "7"));
    fails(1, "no record (\"car\", \"7\")", server.ask("delete", "car", "7"));
    assertThat(done(server.ask("types")).lines()).containsExactly("bike");
  }

  @Test
  void putReadsStandardInput() {
    done(Cli.run(Cli.text("{\"a\":\n\"é\"}"), server.with("put", "car", "7", "-")));
    assertThat(server.ask("get", "car", "7").out()).contains("\"data\":{\"a\":\"é\"}");
    fails(
        1,
        "the data: not UTF-8",
        Cli.run(
            new ByteArrayInputStream(new byte[] {'"', (byte) 0xC3}),
            server.with("put", "car", "8", "-")));
    fails(1, "the data: not JSON; look at column 3", server.ask("put", "car", "8", "{blue}"));
    assertThat(ids()).containsExactly("7");
  }

  @Test
  void importStoresInBatchesAndSaysSo() {
    String lines =
        IntStream.range(0, 2_500)
            .mapToObj(i -> line(String.format(Locale.ROOT, "%04d", i)))
            .collect(Collectors.joining());
    Cli result = done(importing("\n" + lines.stripTrailing()));
    assertThat(result.out()).matches("stored 2500 records in \\d+\\.\\d s, \\d+ a second\n");
    assertThat(ids()).hasSize(2_500);
  }

  @Test
  void importShowsProgressOnATerminalOnly() {
    String large =
        "{\"type\":\"car\",\"id\":\"%d\",\"data\":{\"n\":\"" + "x".repeat(10_000) + "\"}}\n";
    // Slow enough to observe: each batch of 1 MiB arrives when it is requested.
    InputStream lines =
        IntStream.range(0, 40)
            .mapToObj(
                i ->
                    Cli.text(
                        IntStream.range(i * 50, i * 50 + 50)
                            .mapToObj(large::formatted)
                            .collect(Collectors.joining())))
            .reduce(SequenceInputStream::new)
            .orElseThrow();
    Cli result = Cli.onTerminal(lines, server.with("import", "-"));
    assertThat(result.code()).isZero();
    assertThat(result.err())
        .satisfiesAnyOf(
            none -> assertThat(none).isEmpty(), // all lines arrive within a tenth of a second
            some -> assertThat(some).matches("(\r\\d+ records)+\r\033\\[K"));
  }

  @Test
  void aBadLineIsNamedAndNothingOfItsBatchStored() {
    String good =
        IntStream.range(0, 1_500).mapToObj(i -> line("" + i)).collect(Collectors.joining());
    fails(
        1,
        "line 1501: not JSON; look at column 3; stored before that: 1000",
        importing(good + "{bad\n" + line("z")));
    assertThat(ids()).hasSize(1_000);
    fails(
        1,
        "line 2: unknown member \"x\"; a record has type, id, version, modifiedAt, deletedAt and data; stored before that: 0",
        importing(line("new") + "{\"x\":1}\n"));
    assertThat(ids()).hasSize(1_000);
  }

  @Test
  void whatTheServerRefusesIsNamedByItsLine() {
    fails(
        1,
        "line 3: invalid-argument: batch[1].id is \"\\u0000\"; remove U+0000 at index 0; stored before that: 0",
        importing(line("1") + "\n" + line("\\u0000")));
    assertThat(ids()).isEmpty();
  }

  @Test
  void importOfADeleteDeletes() {
    importing(line("1") + line("2"));
    done(importing("{\"type\":\"car\",\"id\":\"1\",\"deletedAt\":\"2026-01-02T03:04:05Z\"}\n"));
    assertThat(ids()).containsExactly("2");
  }

  @Test
  void importReadsAFile(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("records"), line("1"));
    assertThat(done(server.ask("import", file.toString())).out()).startsWith("stored 1 records");
    fails(1, "there is no file nowhere", server.ask("import", "nowhere"));
    fails(1, folder + " is a directory", server.ask("import", folder.toString()));
  }

  @Test
  void exportThenImportKeepsEveryByte() {
    importing(
        line("1")
            + "{\"type\":\"car\",\"id\":\"2\",\"data\":{\"z\":[1,null,-0.0],\"a\":{\"é😀\":true}}}\n"
            + "{\"type\":\"car\",\"id\":\"3\",\"data\":{\"@type\":\"x/y\",\"@value\":\"AAEC\"}}\n"
            + "{\"type\":\"bike\",\"id\":\"4\"}\n");
    List<String> before = contents(server.ask("export"));
    String exported = server.ask("export").out();
    clear();
    done(importing(exported));
    assertThat(contents(server.ask("export"))).isEqualTo(before).hasSize(4);
    assertThat(contents(server.ask("export", "--type", "bike"))).hasSize(1);
  }

  private static List<String> contents(Cli exported) {
    assertThat(exported.code()).isZero();
    return exported.lines().stream()
        .map(line -> line.replaceAll("\"version\":\"\\d+\",\"modifiedAt\":\"[^\"]+\"", ""))
        .sorted()
        .toList();
  }

  @Test
  void watchTellsTheChangesInOrder() {
    importing(line("1") + line("2"));
    server.ask("put", "bike", "3", "{}");
    server.ask("delete", "car", "1");
    List<String> all = done(server.ask("watch", "--no-wait")).lines();
    assertThat(all).hasSize(4);
    assertThat(all.get(3)).contains("deletedAt");
    assertThat(done(server.ask("watch", "--no-wait", "--type", "bike")).lines()).hasSize(1);
    String second = all.get(1).replaceAll(".*\"version\":\"(\\d+)\".*", "$1");
    assertThat(done(server.ask("watch", "--no-wait", "--from", second)).lines())
        .isEqualTo(all.subList(2, 4));
    Cli future = server.ask("watch", "--no-wait", "--from", "18446744073709551615");
    assertThat(future.code()).isEqualTo(1);
    assertThat(future.err())
        .startsWith("databroker: version 18446744073709551615 is later than the last one, ");
  }

  @Test
  void aReaderThatHasGoneEndsItQuietly() {
    importing(
        Stream.iterate(0, i -> i + 1)
            .limit(2_000)
            .map(i -> line("" + i))
            .collect(Collectors.joining()));
    Terminal gone =
        new Terminal(
            InputStream.nullInputStream(),
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            },
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
              @Override
              public void println(String line) {
                throw new AssertionError(line);
              }
            },
            false,
            false);
    for (String command : List.of("export", "watch", "types", "info")) {
      assertThat(DatabrokerCommand.run(gone, server.with(command))).as(command).isZero();
    }
  }

  @Test
  void infoTellsTheVersions() {
    importing(line("1"));
    List<String> info = done(server.ask("info")).lines();
    assertThat(info).hasSize(3);
    assertThat(info.get(0)).matches("server-version\t\\d+");
    assertThat(info.get(2)).matches("latest-version\t\\d+");
    assertThat(Cli.onTerminal(Cli.text(""), server.with("info")).lines().get(0))
        .matches("server-version +\\d+");
  }

  @Test
  void clearWantsAYes() {
    importing(line("1"));
    fails(
        2,
        "this removes every record for good; to confirm, add --yes; see \"databroker clear "
            + "--help\"",
        server.ask("clear"));
    assertThat(ids()).hasSize(1);
    assertThat(done(server.ask("clear", "--yes")).out()).startsWith("cleared: history ");
    assertThat(ids()).isEmpty();
  }

  @Test
  void optionsAreSetShownAndRemoved() {
    fails(1, "no options for \"car\"", server.ask("options", "car"));
    done(
        server.ask(
            "options",
            "set",
            "car",
            "--capacity",
            "18446744073709551615",
            "--ttl",
            "90m",
            "--index",
            "a",
            "b.c",
            "--index",
            "d"));
    assertThat(done(server.ask("options", "car")).out())
        .isEqualTo(
            "{\"capacity\":18446744073709551615,\"ttl\":\"90m\",\"indexedFields\":[\"a\",\"b.c\",\"d\"]}\n");
    done(server.ask("options", "clear", "car"));
    fails(1, "no options for \"car\"", server.ask("options", "car"));
    fails(2, "give a TYPE; see \"databroker options --help\"", server.ask("options"));
    assertThat(server.ask("options", "set", "car").code()).isEqualTo(2);
    assertThat(server.ask("options", "set", "car", "--capacity", "-1").code()).isEqualTo(2);
    assertThat(server.ask("options", "set", "car", "--ttl", "soon").err())
        .contains("'soon'; give a duration such as");
    for (String tooLong : List.of("36501d", "99999999999d", "9".repeat(30) + "d")) {
      Cli result = server.ask("options", "set", "car", "--ttl", tooLong);
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("give at most 36500 days");
    }
  }

  @Test
  void aLeaseIsAcquiredRenewedAndReleased() {
    String id = done(server.ask("lease", "acquire", "leader", "--ttl", "1h")).out().strip();
    fails(1, "\"leader\" is held by another", server.ask("lease", "acquire", "leader"));
    done(server.ask("lease", "renew", "leader", id));
    fails(1, "\"0\" no longer holds \"leader\"", server.ask("lease", "renew", "leader", "0"));
    done(server.ask("lease", "release", "leader", id));
    String next = done(server.ask("lease", "acquire", "leader")).out().strip();
    assertThat(Long.parseUnsignedLong(next)).isGreaterThan(Long.parseUnsignedLong(id));
    done(server.ask("lease", "release", "leader", next));
  }
}
