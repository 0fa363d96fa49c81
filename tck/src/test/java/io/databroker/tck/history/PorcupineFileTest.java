package io.databroker.tck.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.databroker.api.Bytes;
import io.databroker.api.ClearResult;
import io.databroker.api.Condition;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.reference.Gallery;
import io.databroker.tck.run.KitRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PorcupineFileTest {
  private static final int MOST_SEEDS = 20;
  private static final long SERVER = -5;
  private static final Path MODEL = Path.of("porcupine");

  @TempDir Path scratch;

  private static StoredRecord record(String type, long version, String payload, boolean deleted) {
    return new StoredRecord(type, "é\"", version, Bytes.utf8(payload), Instant.EPOCH, deleted);
  }

  private static History history(Operation... operations) {
    History.Start start =
        new History.Start(SERVER, 1, Map.of(), List.of(record("a", 1, "x", false)), true);
    return new History(start, List.of(operations));
  }

  private static Operation put(int client, long began, long ended, Answer answer, Write... batch) {
    return new Operation(client, began, ended, new Call.Put(List.of(batch)), answer);
  }

  private static Answer stored(StoredRecord... records) {
    return new Answer.Stored(new PutResult(SERVER, List.of(records)));
  }

  private static Operation list(long began, long ended, String... types) {
    return new Operation(1, began, ended, new Call.ListTypes(), new Answer.Types(List.of(types)));
  }

  /** A swap of two types in one batch, and a concurrent list that shows neither. */
  private static History torn() {
    Operation swap =
        put(
            0,
            1,
            5,
            stored(record("b", 2, "y", false), record("a", 3, "x", true)),
            Write.put("b", "é\"", Bytes.utf8("y")),
            Write.delete("a", "é\""));
    return history(swap, list(2, 4));
  }

  /** All kinds of calls, and a write of unknown outcome that a later list shows. */
  private static History legal() {
    Operation unknown =
        put(0, 1, Operation.NEVER, new Answer.Unknown(), Write.put("b", "1", Bytes.EMPTY));
    Operation condition =
        put(
            2,
            10,
            11,
            new Answer.ConditionFailed(0, 1),
            Write.delete("a", "é\"").when(Condition.ABSENT));
    Operation get =
        new Operation(
            1, 12, 13, new Call.Get("a", "é\""), new Answer.Found(record("a", 1, "x", false)));
    Operation snapshot =
        new Operation(
            1,
            14,
            15,
            new Call.TakeSnapshot(Selection.ofType("a")),
            new Answer.Shown(
                new io.databroker.api.Position(SERVER, 2),
                Map.of(),
                List.of(record("a", 1, "x", false))));
    Operation clear =
        new Operation(1, 16, 17, new Call.Clear(), new Answer.Cleared(new ClearResult(SERVER, 9)));
    Operation versions =
        new Operation(1, 18, 19, new Call.ReadVersions(), new Answer.Told(new Versions(9, 3, 2)));
    return history(
        unknown, list(2, 3, "a"), list(4, 5, "a", "b"), condition, get, snapshot, clear, versions);
  }

  @Test
  void aFileHoldsTheStateBeforeAndEachOperation() throws IOException {
    Path file = scratch.resolve("torn.json");
    PorcupineFile.write(file, torn());
    assertThat(PorcupineFile.isOne(file)).isTrue();
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            {"format":"databroker-porcupine-1",
            "start":{"serverVersion":"18446744073709551611","latest":"1","records":[\
            {"type":"a","id":"\\u00e9\\u0022","version":"1","payload":"78","deleted":false}]},
            "operations":[
            {"client":0,"call":1,"return":5,"input":{"call":"put","writes":[\
            {"type":"b","id":"\\u00e9\\u0022","payload":"79"},\
            {"type":"a","id":"\\u00e9\\u0022","delete":true}]},\
            "output":{"serverVersion":"18446744073709551611","records":[\
            {"type":"b","id":"\\u00e9\\u0022","version":"2","payload":"79","deleted":false},\
            {"type":"a","id":"\\u00e9\\u0022","version":"3","payload":"78","deleted":true}]}},
            {"client":1,"call":2,"return":4,"input":{"call":"listTypes"},"output":{"types":[]}}
            ]}
            """);
  }

  @Test
  void anOperationWithoutAnOutcomeHasNoReturn() throws IOException {
    Path file = scratch.resolve("legal.json");
    PorcupineFile.write(file, legal());
    assertThat(Files.readAllLines(file))
        .contains(
            "{\"client\":0,\"call\":1,\"input\":{\"call\":\"put\",\"writes\":[{\"type\":\"b\","
                + "\"id\":\"1\",\"payload\":\"\"}]},\"output\":{\"unknown\":true}},")
        .contains(
            "{\"client\":2,\"call\":10,\"return\":11,\"input\":{\"call\":\"put\",\"writes\":["
                + "{\"type\":\"a\",\"id\":\"\\u00e9\\u0022\",\"condition\":\"0\",\"delete\":true}]},"
                + "\"output\":{\"failed\":0,\"found\":\"1\"}},");
  }

  @Test
  void callsThatTheModelLacksAreNotWritten() {
    Operation options =
        new Operation(
            0, 1, 2, new Call.SetOptions("t", TypeOptions.NONE.withCapacity(1)), new Answer.Done());
    assertThat(PorcupineFile.canExpress(history(options))).isFalse();
    assertThatThrownBy(() -> PorcupineFile.write(scratch.resolve("file"), history(options)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aViolationIsAlsoSavedForPorcupine() throws IOException {
    Path file = violation();
    assertThat(PorcupineFile.isOne(file)).isTrue();
    assertThat(HistoryFile.isOne(file)).isFalse();
  }

  /**
   * Returns the file of a violation that a run found; on a busy machine a race needs more tries.
   */
  private Path violation() throws IOException {
    var mutant =
        Gallery.mutants().stream()
            .filter(it -> it.name().equals("get-from-a-late-cache"))
            .findFirst()
            .orElseThrow();
    for (int seed = 1; seed <= MOST_SEEDS; seed++) {
      Path report = scratch.resolve("report" + seed);
      KitRun.run(
          mutant,
          Set.of("GET-1"),
          Map.of("databroker.tck.report", report.toString(), "databroker.tck.seed", "" + seed),
          outcome -> {});
      if (Files.exists(report)) {
        try (Stream<Path> files = Files.list(report)) {
          return files.filter(PorcupineFile::isOne).findFirst().orElseThrow();
        }
      }
    }
    throw new AssertionError("no violation was found with " + MOST_SEEDS + " seeds");
  }

  @Test
  void porcupineAgreesWithTheKit() throws IOException, InterruptedException {
    Path judge = judge();
    Path legal = scratch.resolve("legal.json");
    Path torn = scratch.resolve("torn.json");
    PorcupineFile.write(legal, legal());
    PorcupineFile.write(torn, torn());
    assertThat(Checker.judge(legal(), TestFields.FIRST)).isInstanceOf(Verdict.Allowed.class);
    assertThat(Checker.judge(torn(), TestFields.FIRST)).isInstanceOf(Verdict.Violated.class);
    Path found = violation();
    assertThat(output(judge.toString(), legal.toString(), torn.toString(), found.toString()))
        .containsExactly(legal + " legal", torn + " illegal", found + " illegal");
  }

  /** Builds the judge; says so if that is impossible here. */
  private Path judge() throws IOException, InterruptedException {
    Path judge = scratch.resolve("judge");
    List<String> command =
        List.of("env", "GOFLAGS=-mod=mod", "GOPROXY=off", "go", "build", "-o", judge.toString());
    Process build =
        new ProcessBuilder(command)
            .directory(MODEL.toFile())
            .redirectErrorStream(true)
            .redirectOutput(scratch.resolve("build.txt").toFile())
            .start();
    boolean built = build.waitFor(2, TimeUnit.MINUTES) && build.exitValue() == 0;
    assumeTrue(
        built,
        () ->
            "Go or the module of Porcupine is not installed here, so Porcupine judges nothing; run"
                + " go mod download in tck/porcupine to have both");
    return judge;
  }

  private static List<String> output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = new ArrayList<>(process.inputReader().lines().toList());
    process.waitFor();
    return lines;
  }
}
