package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.databroker.host.Databroker;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.payload.MessageTypes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the server with recorded answers of Pomerium's own server.
 *
 * <p>Each line of a file is a call with its request and Pomerium's answer. Where this server
 * answers differently on purpose, the line also has that answer, and the row of docs/wire.md with
 * the reason.
 */
class PomeriumAnswersTest {
  private static final List<String> FILES =
      List.of(
          "addresses",
          "differences",
          "filters",
          "options-leases",
          "patch",
          "random",
          "records",
          "sync");

  /** Rows about the order of records, which the comparison ignores, and about waiting. */
  private static final Set<String> NOT_IN_ANSWERS = Set.of("D1", "D20");

  static Stream<Arguments> fileAndBackend() {
    return FILES.stream()
        .flatMap(file -> EachBackend.all().map(backend -> Arguments.of(file, backend)));
  }

  @ParameterizedTest
  @MethodSource("fileAndBackend")
  void theServerAnswersAsPomeriumsDoesOrAsItIsMeantTo(String file, EachBackend backend)
      throws Exception {
    List<String> wrong = new ArrayList<>();
    try (Databroker broker =
            EachBackend.open(backend.place(), MessageTypes.wellKnown().extractor());
        Served served = Served.over(Served.Transport.IN_PROCESS, broker.backend())) {
      Dialogue dialogue = new Dialogue(served.channel);
      for (JsonObject line : lines(file)) {
        JsonObject answer =
            dialogue.ask(line.get("call").getAsString(), line.getAsJsonObject("request"));
        JsonElement expected = line.has("here") ? line.get("here") : line.get("answer");
        if (!answer.equals(expected)) {
          wrong.add(
              line.get("call").getAsString()
                  + " "
                  + line.get("request")
                  + "\n  expected "
                  + expected
                  + "\n  answered "
                  + answer);
        }
      }
    }
    assertThat(wrong).as("%d answers of %s on %s", wrong.size(), file, backend).isEmpty();
  }

  @Test
  void theDocsSayWhyWhereAnAnswerDiffers() throws IOException {
    Set<String> used = new TreeSet<>();
    for (String file : FILES) {
      for (JsonObject line : lines(file)) {
        assertThat(line.has("why")).as(line.toString()).isEqualTo(line.has("here"));
        if (line.has("here")) {
          assertThat(line.get("here")).as(line.toString()).isNotEqualTo(line.get("answer"));
          used.add(line.get("why").getAsString());
        }
      }
    }
    Matcher rows =
        Pattern.compile("^\\| (D[0-9]+) \\|", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("..", "docs", "wire.md")));
    Set<String> told = new TreeSet<>();
    rows.results().forEach(row -> told.add(row.group(1)));
    assertThat(used).doesNotContainAnyElementsOf(NOT_IN_ANSWERS);
    used.addAll(NOT_IN_ANSWERS);
    assertThat(used).containsExactlyElementsOf(told);
  }

  private static List<JsonObject> lines(String file) throws IOException {
    try (InputStream in =
        PomeriumAnswersTest.class.getResourceAsStream("pomerium/" + file + ".jsonl")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    }
  }
}
