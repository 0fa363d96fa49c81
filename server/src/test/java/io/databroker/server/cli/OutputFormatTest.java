package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The output formats of commands. */
class OutputFormatTest {
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.start();
  }

  @BeforeEach
  void store() {
    assertThat(server.ask("clear", "--yes").code()).isZero();
    server.ask("put", "car", "7", "{\"color\":\"blue\"}");
    server.ask("put", "bicycle", "long-identifier", "{\"a\":[1,2]}");
  }

  @AfterAll
  static void stop() throws Exception {
    assertThat(server.stop()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"get car 7", "query", "query --type car", "export", "watch --no-wait"})
  void jsonIsTheDefault(String command) {
    Cli plain = server.ask(command.split(" "));
    assertThat(plain.code()).isZero();
    assertThat(server.ask((command + " -o json").split(" "))).isEqualTo(plain);
    assertThat(server.ask((command + " --output=json").split(" "))).isEqualTo(plain);
    assertThat(plain.lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(JsonParser.parseString(line).isJsonObject()).isTrue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"query", "export", "watch --no-wait"})
  void aTableAlignsItsColumns(String command) {
    Cli table = server.ask((command + " -o table").split(" "));
    assertThat(table.code()).isZero();
    assertThat(table.lines()).hasSize(3);
    String header = table.lines().get(0);
    assertThat(header.split(" +"))
        .containsExactly("TYPE", "ID", "VERSION", "MODIFIED", "DELETED", "DATA");
    for (String row : table.lines().subList(1, 3)) {
      assertThat(row.indexOf('{')).isEqualTo(header.indexOf("DATA"));
      assertThat(row.substring(header.indexOf("VERSION"))).matches("\\d+ +\\S+Z +\\{.*}");
    }
  }

  @Test
  void aTableShowsWhatChangesWroteAndDeleted() {
    Cli put = server.ask("put", "boat", "1", "{}", "-o", "table");
    assertThat(put.lines()).hasSize(2);
    assertThat(put.lines().get(1)).matches("boat  1   \\d+ +\\S+Z           \\{}");
    Cli patch = server.ask("patch", "boat", "1", "{\"a\":1}", "--fields", "a", "-o", "table");
    assertThat(patch.lines().get(1)).endsWith("{\"a\":1}");
    Cli deleted = server.ask("delete", "boat", "1", "-o", "table");
    assertThat(deleted.lines().get(1)).contains("  yes  ");
  }

  @Test
  void typesAreTextsOrJsonOrATable() {
    assertThat(server.ask("types").out()).isEqualTo("bicycle\ncar\n");
    assertThat(server.ask("types", "-o", "json").out())
        .isEqualTo("{\"type\":\"bicycle\"}\n{\"type\":\"car\"}\n");
    assertThat(server.ask("types", "-o", "table").out()).isEqualTo("TYPE\nbicycle\ncar\n");
  }

  @Test
  void infoIsTextsOrJsonOrATable() {
    Cli plain = server.ask("info");
    assertThat(plain.out())
        .matches("server-version\t\\d+\nearliest-version\t\\d+\nlatest-version\t\\d+\n");
    assertThat(server.ask("info", "-o", "json").out())
        .matches(
            "\\{\"serverVersion\":\"\\d+\",\"earliestVersion\":\"\\d+\",\"latestVersion\":\"\\d+\"}\n");
    assertThat(server.ask("info", "-o", "table").lines().get(2)).matches("latest-version    \\d+");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yaml", "", "JSON", "table "})
  void anotherFormatIsRefused(String format) {
    for (String command : new String[] {"types", "export", "info"}) {
      Cli cli = server.ask(command, "-o", format);
      assertThat(cli.code()).isEqualTo(ExitCodes.USAGE);
      assertThat(cli.err()).contains("'" + format + "' is not json or table");
    }
  }

  @Test
  void theHelpNamesTheFormats() {
    for (String command :
        new String[] {
          "types", "get", "put", "patch", "delete", "query", "export", "watch", "info"
        }) {
      assertThat(Cli.run(command, "--help").out()).contains("-o, --output=FORMAT");
    }
  }
}
