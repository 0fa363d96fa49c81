package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Odd values of arguments and inputs: each works, or fails with a message and changes nothing. */
class OddInputTest {
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

  private static void refused(int code, String problem, Cli cli) {
    assertThat(cli.err()).startsWith("databroker: ").contains(problem).doesNotContain("Exception");
    assertThat(cli.err().lines()).hasSize(1);
    assertThat(cli.code()).isEqualTo(code);
    assertThat(cli.out()).isEmpty();
    assertThat(server.ask("types").out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0                    | 1 | expects version 0 of (\"car\", \"7\") but found no live record",
        "01                   | 1 | expects version 1 of",
        "18446744073709551615 | 1 | expects version 18446744073709551615",
        "18446744073709551616 | 2 | is not a number from 0 to 2^64 - 1",
        "-1                   | 2 | is not a number from 0 to 2^64 - 1",
        "+1                   | 2 | is not a number from 0 to 2^64 - 1",
        "1.0                  | 2 | is not a number from 0 to 2^64 - 1",
        "0x1                  | 2 | is not a number from 0 to 2^64 - 1",
        "١                    | 2 | is not a number from 0 to 2^64 - 1",
        "``                   | 2 | is not a number from 0 to 2^64 - 1",
      })
  void aVersionThatTheRecordHasNotIsRefused(String version, int code, String problem) {
    refused(code, problem, server.ask("put", "car", "7", "{}", "--if-version", version));
  }

  @Test
  void conditionsExcludeEachOther() {
    refused(
        2,
        "--if-absent and --if-version exclude each other",
        server.ask("put", "car", "7", "{}", "--if-absent", "--if-version", "1"));
    refused(
        2,
        "'--if-version' (VERSION) should be specified only once",
        server.ask("put", "car", "7", "{}", "--if-version", "1", "--if-version", "2"));
  }

  @Test
  void aConditionOfADeletedRecordIsThatThereIsNone() {
    server.ask("put", "car", "7", "{}");
    server.ask("delete", "car", "7");
    refused(1, "found no live record", server.ask("put", "car", "7", "{}", "--if-version", "2"));
    assertThat(server.ask("put", "car", "7", "{}", "--if-absent").code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-7",
        "--",
        "--help",
        "-h",
        "@x",
        "",
        " ",
        "*",
        "a\nb",
        "\033[31m",
        "/",
        "..",
        "é😀",
        "-1"
      })
  void anIdMayBeAnyText(String id) {
    String[] put = {"put", "--server", server.address, "--", "car", id, "{\"a\":1}"};
    String[] get = {"get", "--server", server.address, "--", "car", id, id};
    if (id.isEmpty()) {
      refused(
          1, "invalid-argument: batch[0].id is \"\"; give at least one character", Cli.run(put));
      return;
    }
    assertThat(Cli.run(put).err()).isEmpty();
    Cli got = Cli.run(get);
    assertThat(got.err()).isEmpty();
    assertThat(got.lines()).hasSize(2).allMatch(line -> line.endsWith("\"data\":{\"a\":1}}"));
  }

  @Test
  void anIdThatIsMuchTooLongIsToldInPart() {
    String id = "x".repeat(100_000);
    refused(1, "limit-exceeded", server.ask("put", "car", id, "{}"));
    Cli none = server.ask("get", "car", id);
    assertThat(none.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(none.err())
        .startsWith("databroker: no record (\"car\", \"xxx")
        .hasSizeLessThan(2_100);
  }

  @Test
  void controlCharactersDoNotReachATerminal() {
    assertThat(server.ask("get", "car", "\033[31m").err())
        .isEqualTo("databroker: no record (\"car\", \"\\u001b[31m\")\n");
    server.ask("put", "a\nb\033[31m", "7", "{}");
    assertThat(server.ask("types").out()).isEqualTo("a\\u000ab\\u001b[31m\n");
    assertThat(server.ask("types", "-o", "json").out())
        .isEqualTo("{\"type\":\"a\\nb\\u001b[31m\"}\n");
    assertThat(server.ask("get", "a\nb\033[31m", "7", "-o", "table").out())
        .doesNotContain("\033")
        .contains("a\\u000ab\\u001b[31m");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":1,\"a\":2}       | \"a\" comes twice in one object",
        "{\"a\":{\"b\":1,\"b\":2}} | \"b\" comes twice in one object",
        "{\"a\":1e400}           | 1e400 is too large a number; write it as a string",
        "{\"a\":1e-400}          | 1e-400 is too small a number; write it as a string",
        "{\"a\":9007199254740993}| would be rounded; write it as a string",
        "{\"a\":NaN}             | not JSON; look at column 6",
        "{\"a\":-Infinity}       | not JSON",
        "{\"a\":01}              | not JSON",
        "{\"a\":.5}              | not JSON",
        "{\"a\":+1}              | not JSON",
        "{a:1}                   | not JSON",
        "{\"a\":1,}              | not JSON",
        "{\"a\":1}{\"b\":2}      | not JSON",
        "{\"a\":\"\\ud800\"}     | \\ud800 is half of a surrogate pair",
        "//c                     | not JSON",
        "[1]                     | not a JSON object",
        "null                    | not a JSON object",
        "{                       | not JSON; it ends too early",
        "``                      | not JSON; it ends too early",
        "{\"@type\":1}           | \"@type\" is not a string",
        "{\"@type\":\"x\",\"b\":1} | an object with \"@type\" holds only \"@value\" beside it",
      })
  void jsonThatARecordCannotHoldIsRefused(String json, String problem) {
    refused(1, "the data: ", server.ask("put", "car", "7", json));
    refused(1, problem, server.ask("put", "car", "7", json));
    refused(1, problem, Cli.run(Cli.text(json), server.with("put", "car", "7", "-")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uFEFF{\"a\":1}", "{\"a\":1}\r\n", "\r\n\t {\"a\":1}", "{\"a\":1e0}"})
  void jsonMayHaveAByteOrderMarkAndAnyLineEnd(String json) {
    Cli cli = Cli.run(Cli.text(json), server.with("put", "car", "7", "-"));
    assertThat(cli.err()).isEmpty();
    assertThat(cli.out()).contains("\"data\":{\"a\":1}");
    Cli line =
        Cli.run(
            Cli.text(
                "\uFEFF{\"type\":\"car\",\"id\":\"8\"}\r\n\r\n{\"type\":\"car\",\"id\":\"9\"}"),
            server.with("import", "-"));
    assertThat(line.out()).startsWith("stored 2 records");
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void inputThatIsNoUtf8IsNamed() throws Exception {
    String line = "{\"type\":\"car\",\"id\":\"7\"}\n";
    for (List<Object> each :
        List.<List<Object>>of(
            List.of(gzip(line), "not UTF-8 but gzip; unpack it first"),
            List.of(
                line.getBytes(StandardCharsets.UTF_16), "not UTF-8 but UTF-16; convert it first"),
            List.of(new byte[] {'{', (byte) 0xff, '}'}, "not UTF-8"))) {
      byte[] bytes = (byte[]) each.get(0);
      String problem = (String) each.get(1);
      refused(
          1,
          "the data: " + problem,
          Cli.run(new ByteArrayInputStream(bytes), server.with("put", "car", "7", "-")));
      refused(
          1,
          "line 1: " + problem,
          Cli.run(new ByteArrayInputStream(bytes), server.with("import", "-")));
    }
  }

  @Test
  void aFileWithoutANameIsRefused() {
    refused(1, "the name of the file is empty", server.ask("import", ""));
    refused(1, "cannot be the name of a file", server.ask("import", "a\0b"));
    refused(1, "is a directory", server.ask("import", "."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "9223372036854775808", "99999999999999999999", "1.5", ""})
  void aCountThatIsNoneIsRefused(String count) {
    refused(
        2, "is not a number from 0 to 9223372036854775807", server.ask("query", "--limit", count));
    refused(
        2, "is not a number from 0 to 9223372036854775807", server.ask("query", "--offset", count));
    refused(2, "is not a number from 1 to 2147483647", Cli.run("serve", "--max-leases", count));
  }

  @Test
  void aPatchOfARecordWithoutDataIsRefused() {
    Cli stored = Cli.run(Cli.text("{\"type\":\"car\",\"id\":\"7\"}\n"), server.with("import", "-"));
    assertThat(stored.code()).isZero();
    Cli patched = server.ask("patch", "car", "7", "{\"a\":1}", "--fields", "a");
    assertThat(patched.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(patched.err()).contains("the record holds no message, so put the whole record");
  }
}
