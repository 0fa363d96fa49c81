package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.json.RecordLine;
import io.databroker.server.payload.Shop;
import io.databroker.server.proto.Record;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Query and patch against a server that knows one more type. */
class QueryCommandsTest {
  @TempDir static Path folder;

  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    Path protoset = folder.resolve("shop.pb");
    Files.write(protoset, Shop.protoset().toByteArray());
    server = RunningServer.start("--protoset", protoset.toString(), "--query-wait", "10ms");
  }

  @AfterAll
  static void stop() throws Exception {
    assertThat(server.stop()).isZero();
  }

  @BeforeEach
  void clear() {
    assertThat(server.ask("clear", "--yes").code()).isZero();
  }

  private static void put(String type, String id, String json) {
    assertThat(server.ask("put", type, id, json).code()).isZero();
  }

  private static void importLines(String lines) {
    assertThat(Cli.run(Cli.text(lines), server.with("import", "-")).code()).isZero();
  }

  private static List<String> ids(Cli cli) throws Exception {
    assertThat(cli.err()).isEmpty();
    assertThat(cli.code()).isZero();
    List<String> ids = new ArrayList<>();
    for (String line : cli.lines()) {
      ids.add(RecordLine.parse(line).getId());
    }
    return ids;
  }

  @Test
  void recordsAreFoundByFieldAddressAndText() throws Exception {
    assertThat(server.ask("options", "set", "car", "--index", "owner", "plate.country").code())
        .isZero();
    put("car", "1", "{\"owner\":\"ann\",\"plate\":{\"country\":\"DE\"}}");
    put("car", "2", "{\"owner\":\"bob\",\"plate\":{\"country\":\"DE\"},\"note\":\"Blue\"}");
    put("net", "10", "{\"$index\":{\"cidr\":\"10.0.0.0/8\"}}");
    put("net", "10.1", "{\"$index\":{\"cidr\":\"10.1.0.0/16\"}}");
    String ann = "{\"owner\":[\"ann\",\"eve\"],\"plate\":{\"country\":\"DE\"}}";
    assertThat(ids(server.ask("query", "--type", "car", "--filter", ann))).containsExactly("1");
    assertThat(ids(server.ask("query", "--match", "BLUE"))).containsExactly("2");
    assertThat(ids(server.ask("query", "--filter", "{\"$index\":\"10.1.2.3\"}")))
        .containsExactly("10.1");
    assertThat(ids(server.ask("query"))).containsExactly("1", "2", "10", "10.1");
    assertThat(ids(server.ask("query", "--offset", "1", "--limit", "2")))
        .containsExactly("2", "10");
    assertThat(ids(server.ask("query", "--limit", "0"))).isEmpty();
    assertThat(ids(server.ask("query", "--offset", "9"))).isEmpty();
  }

  @Test
  void theTotalIsToldOnATerminal() {
    put("car", "1", "{}");
    put("car", "2", "{}");
    put("car", "3", "{}");
    Cli cli = Cli.onTerminal(Cli.text(""), server.with("query", "--limit", "2"));
    assertThat(cli.lines()).hasSize(2);
    assertThat(cli.err()).matches("2 of 3 records, at version \\d+\n");
    cli = Cli.onTerminal(Cli.text(""), server.with("query", "--limit", "0"));
    assertThat(cli.err()).startsWith("0 of 3 records");
  }

  @Test
  void aResultTooLargeForAMessageComesInPages() throws Exception {
    String text = "x".repeat(700_000);
    List<String> wanted =
        IntStream.range(0, 20).mapToObj(i -> String.format(Locale.ROOT, "big%02d", i)).toList();
    for (String id : wanted) {
      importLines("{\"type\":\"big\",\"id\":\"%s\",\"data\":{\"a\":\"%s\"}}\n".formatted(id, text));
    }
    assertThat(ids(server.ask("query", "--type", "big"))).isEqualTo(wanted);
  }

  @Test
  void manySmallRecordsComeInPages() throws Exception {
    importLines(
        IntStream.range(0, 2_500)
            .mapToObj(
                i ->
                    String.format(
                        Locale.ROOT, "{\"type\":\"small\",\"id\":\"%04d\",\"data\":{}}%n", i))
            .collect(Collectors.joining()));
    assertThat(ids(server.ask("query", "--type", "small"))).hasSize(2_500).isSorted();
    assertThat(ids(server.ask("query", "--type", "small", "--limit", "1500", "--offset", "900")))
        .hasSize(1_500)
        .startsWith("0900")
        .endsWith("2399");
  }

  @Test
  void whatIsWrongIsToldInWords() {
    Cli filter = server.ask("query", "--filter", "[1]");
    assertThat(filter.code()).isEqualTo(2);
    assertThat(filter.err()).startsWith("databroker: --filter: not a JSON object; see");
    for (int levels : new int[] {34, 150, 100_000}) {
      String deep = "{\"a\":".repeat(levels) + "1" + "}".repeat(levels);
      assertThat(server.ask("query", "--filter", deep).err())
          .startsWith("databroker: --filter: nested too deeply");
    }
    assertThat(server.ask("query", "--limit", "-1").code()).isEqualTo(2);
    Cli not = server.ask("query", "--filter", "{\"$not\":{}}");
    assertThat(not.code()).isEqualTo(1);
    assertThat(not.err()).contains("cannot do that: filter operator \"$not\" is not supported");
    Cli unclear = server.ask("query", "--filter", "{\"a\":{\"$eq\":{}}}");
    assertThat(unclear.code()).isEqualTo(1);
    assertThat(unclear.err()).contains("filter is \"a\"; give a value, or a list of values");
  }

  @Test
  void namedFieldsArePatched() {
    put("car", "7", "{\"color\":\"blue\",\"plate\":{\"country\":\"FR\",\"no\":\"1\"}}");
    Cli patched =
        server.ask(
            "patch",
            "car",
            "7",
            "{\"color\":\"red\",\"plate\":{}}",
            "--fields",
            "color,plate.country");
    assertThat(patched.code()).isZero();
    assertThat(patched.out()).contains("\"data\":{\"color\":\"red\",\"plate\":{\"no\":\"1\"}}");
    assertThat(server.ask("get", "car", "7").out()).isEqualTo(patched.out());
    Cli absent = server.ask("patch", "car", "8", "{}", "--fields", "color");
    assertThat(absent.code()).isEqualTo(1);
    assertThat(absent.err()).isEqualTo("databroker: no record (\"car\", \"8\")\n");
    assertThat(server.ask("patch", "car", "7", "{}").code()).isEqualTo(2);
    Cli unnamed = server.ask("patch", "car", "7", "{}", "--fields", "");
    assertThat(unnamed.code()).isEqualTo(2);
    assertThat(unnamed.err()).startsWith("databroker: --fields has an empty field; give names");
    assertThat(server.ask("patch", "car", "7", "no", "--fields", "a").err())
        .startsWith("databroker: the data: not JSON");
    assertThat(server.ask("patch", "car", "7", "{}", "--fields", "a..b").err())
        .contains("field_mask is \"a..b\"");
  }

  @Test
  void aTypeOfTheProtosetIsIndexedAndSearched() throws Exception {
    assertThat(server.ask("options", "set", "order", "--index", "buyer").code()).isZero();
    Record order =
        Record.newBuilder()
            .setType("order")
            .setId("1")
            .setData(Shop.order("buyer: 'Ann' tags: 'red'"))
            .build();
    importLines(RecordLine.of(order) + "\n");
    assertThat(ids(server.ask("query", "--type", "order", "--filter", "{\"buyer\":\"Ann\"}")))
        .containsExactly("1");
    assertThat(ids(server.ask("query", "--match", "RED"))).containsExactly("1");
  }

  @Test
  void aProtosetThatCannotBeReadEndsTheServer() {
    Cli cli = Cli.run("serve", "--protoset", folder.resolve("absent.pb").toString());
    assertThat(cli.code()).isEqualTo(1);
    assertThat(cli.err()).contains("protoset is \"").contains("give a file that can be read");
  }
}
