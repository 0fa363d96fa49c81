package io.databroker.tck.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Settings;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.DatabrokerTck;
import io.databroker.tck.reference.ReferenceProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shrinking keeps a history valid: the reason of the violation and the read that shows it stay. */
class MinimiserTest {
  private static final FieldExtractor FIELDS = DatabrokerTck.fields();
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
  private static final List<String> TYPES = List.of("t0", "t1", "t2", "t3", "t4");
  private static final int CLIENTS = 4;
  private static final int OPERATIONS = 60;

  /**
   * Records sequential calls of clients to a correct backend, with earlier beginnings and later
   * returns, within the limits of each client's other calls.
   */
  private static History correct(long seed, boolean clears) {
    SplittableRandom random = new SplittableRandom(seed);
    try (Backend backend =
        new ReferenceProvider()
            .open(Settings.defaults(), BackendContext.standard().withExtractor(FIELDS))) {
      backend.setOptions("t0", TypeOptions.NONE.withCapacity(2));
      backend.setOptions("t1", TypeOptions.NONE.withIndexedFields("colour"));
      backend.put(List.of(put("t2", "a", random), put("t3", "b", random), put("t0", "a", random)));
      History.Start start = Recorder.start(backend);
      List<Operation> effects = new ArrayList<>();
      Recorder recorder = new Recorder();
      for (int i = 0; i < OPERATIONS; i++) {
        Call call = clears && random.nextInt(20) == 0 ? new Call.Clear() : call(random);
        effects.add(recorder.record(random.nextInt(CLIENTS), backend, call));
      }
      return new History(start, widened(effects, random));
    }
  }

  private static List<Operation> widened(List<Operation> effects, SplittableRandom random) {
    List<Operation> widened = new ArrayList<>();
    long[] returned = new long[CLIENTS];
    for (int i = 0; i < effects.size(); i++) {
      Operation effect = effects.get(i);
      long next =
          effects.stream()
              .skip(i + 1L)
              .filter(other -> other.client() == effect.client())
              .mapToLong(other -> 1000 * other.began())
              .findFirst()
              .orElse(1000L * 2 * OPERATIONS + 1000);
      long at = 1000 * effect.began();
      long began = random.nextLong(Math.max(returned[effect.client()], at - 8000) + 1, at + 1);
      long ended = random.nextLong(at + 1, Math.min(next - 100, at + 8000));
      returned[effect.client()] = ended;
      widened.add(new Operation(effect.client(), began, ended, effect.call(), effect.answer()));
    }
    return widened;
  }

  private static Call call(SplittableRandom random) {
    String type = TYPES.get(random.nextInt(TYPES.size()));
    int kind = random.nextInt(16);
    if (kind < 7) {
      List<Write> writes = new ArrayList<>();
      for (int i = random.nextInt(1, 7); i > 0; i--) {
        String each = TYPES.get(random.nextInt(TYPES.size()));
        Write write =
            random.nextInt(3) == 0 ? Write.delete(each, id(random)) : put(each, id(random), random);
        writes.add(random.nextInt(12) == 0 ? write.when(Condition.ABSENT) : write);
      }
      return new Call.Put(writes);
    } else if (kind < 8) {
      return new Call.SetOptions(
          random.nextBoolean() ? "t0" : "t2", TypeOptions.NONE.withCapacity(random.nextInt(1, 4)));
    }
    return switch (kind) {
      case 8, 9 -> new Call.Get(type, id(random));
      case 10, 11 -> new Call.ListTypes();
      case 12 -> new Call.ReadVersions();
      case 13 -> new Call.TakeSnapshot(Selection.ofType(type));
      case 14 -> new Call.TakeSnapshot(Selection.where("t1", new FieldValue("colour", "red")));
      default -> new Call.TakeSnapshot(Selection.all());
    };
  }

  private static String id(SplittableRandom random) {
    return "abc".substring(random.nextInt(3)).substring(0, 1);
  }

  private static Write put(String type, String id, SplittableRandom random) {
    String colour = random.nextBoolean() ? "red" : "blue";
    return Write.put(type, id, Bytes.utf8("colour=" + colour + ";n=" + random.nextInt()));
  }

  private static Verdict judge(History history) {
    return Checker.judge(history, FIELDS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsLeftOfACorrectHistoryIsAllowedWhicheverTypesAreTakenAway(boolean clears) {
    long overlaps = 0;
    for (long seed = 0; seed < 60; seed++) {
      History history = correct(seed, clears);
      overlaps += history.overlaps();
      assertThat(judge(history)).as("seed %d", seed).isInstanceOf(Verdict.Allowed.class);
      for (int subset = 0; subset < 1 << TYPES.size(); subset++) {
        Set<String> kept = new HashSet<>();
        for (int i = 0; i < TYPES.size(); i++) {
          if ((subset >> i & 1) == 1) {
            kept.add(TYPES.get(i));
          }
        }
        History projected = Minimiser.onto(history, kept::contains);
        assertThat(judge(projected))
            .as("seed %d on %s", seed, kept)
            .isInstanceOf(Verdict.Allowed.class);
      }
    }
    assertThat(overlaps).isGreaterThan(60 * OPERATIONS / 2);
  }

  @Test
  void whatIsLeftOfACorrectHistoryIsAllowedWhereverItIsCutOrFolded() {
    for (long seed = 0; seed < 60; seed++) {
      History history = correct(seed, seed % 2 == 0);
      for (Operation last : history.operations()) {
        assertThat(judge(Minimiser.cutAt(history, last.ended())))
            .as("seed %d up to %s", seed, last)
            .isInstanceOf(Verdict.Allowed.class);
      }
      // The calls are sequential and allowed, so all can be folded.
      List<Operation> order = ((Verdict.Allowed) judge(history)).order();
      List<Operation> inOrder = new ArrayList<>();
      for (Operation operation : order) {
        long at = 10L * inOrder.size() + 1;
        inOrder.add(
            new Operation(operation.client(), at, at + 5, operation.call(), operation.answer()));
      }
      History folded = new History(history.start(), inOrder);
      while (folded != null) {
        assertThat(judge(folded)).as("seed %d", seed).isInstanceOf(Verdict.Allowed.class);
        folded = Minimiser.folded(folded, FIELDS);
      }
    }
  }

  private static Operation put(int client, long began, long ended, long first, int width) {
    return put(client, began, ended, first, width, "a");
  }

  private static Operation put(
      int client, long began, long ended, long first, int width, String id) {
    List<Write> writes = new ArrayList<>();
    List<StoredRecord> records = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      Bytes payload = Bytes.utf8("of " + (first + i));
      writes.add(Write.put("t" + i, id, payload));
      records.add(new StoredRecord("t" + i, id, first + i, payload, TIME, false));
    }
    return new Operation(
        client, began, ended, new Call.Put(writes), new Answer.Stored(new PutResult(1, records)));
  }

  private static Operation get(int client, long began, long ended, int type, long version) {
    StoredRecord live =
        version == 0
            ? null
            : new StoredRecord("t" + type, "a", version, Bytes.utf8("of " + version), TIME, false);
    return new Operation(
        client, began, ended, new Call.Get("t" + type, "a"), new Answer.Found(live));
  }

  @Test
  void halfABatchThatWasReadIsToldAsARead() {
    List<Operation> operations = new ArrayList<>();
    operations.add(put(0, 1, 2, 1, 6));
    operations.add(put(0, 10, 90, 7, 6));
    operations.add(get(1, 20, 30, 0, 7));
    operations.add(get(1, 40, 50, 5, 6)); // a of the batch before, but t0 of this one
    operations.add(put(0, 100, 110, 13, 6));
    History history = new History(new History.Start(1, 0, Map.of(), List.of(), true), operations);
    History small = Minimiser.minimise(history, FIELDS);
    assertThat(small.operations()).filteredOn(o -> o.call() instanceof Call.Get).hasSize(2);
    String told = Diagnosis.of(history, (Verdict.Violated) judge(history), FIELDS);
    assertThat(told)
        .contains("no order of these operations is allowed", "get t0/a -> v7", "get t5/a -> v6")
        .doesNotContain("do not follow each other");
  }

  @Test
  void aReadOfWhatHappenedBeforeIsNotToldAsTwoRecordsOfOneVersion() {
    List<Operation> operations = new ArrayList<>();
    operations.add(put(0, 1, 2, 1, 3));
    operations.add(put(0, 3, 4, 4, 3));
    operations.add(get(1, 5, 6, 1, 2)); // read after it was replaced
    History history = new History(new History.Start(1, 0, Map.of(), List.of(), true), operations);
    String told = Diagnosis.of(history, (Verdict.Violated) judge(history), FIELDS);
    assertThat(told)
        .contains("no order of these operations is allowed", "get t1/a -> v2")
        .doesNotContain("two records have one version");
  }

  @Test
  void aHoleThatTheBackendLeftInABatchIsTold() {
    Operation whole = put(0, 1, 2, 1, 3);
    List<StoredRecord> holed = new ArrayList<>();
    PutResult result = ((Answer.Stored) whole.answer()).result();
    for (StoredRecord record : result.records()) {
      holed.add(
          new StoredRecord(
              record.type(), "a", 2 * record.version(), record.payload(), TIME, false));
    }
    Operation wrong =
        new Operation(0, 1, 2, whole.call(), new Answer.Stored(new PutResult(1, holed)));
    History history =
        new History(new History.Start(1, 1, Map.of(), List.of(), true), List.of(wrong));
    assertThat(Diagnosis.of(history, (Verdict.Violated) judge(history), FIELDS))
        .contains("do not follow each other", "v2 v4 v6", "1 of 1 operations");
  }

  @Test
  void whatAnEvictionTookIsShownAndWhatWasExpected() {
    List<Operation> operations = new ArrayList<>();
    operations.add(put(0, 1, 2, 1, 1));
    operations.add(put(0, 3, 4, 2, 1, "b")); // evicts t0/a, which takes version 3
    operations.add(put(0, 5, 6, 3, 1, "c"));
    Map<String, TypeOptions> options = Map.of("t0", TypeOptions.NONE.withCapacity(1));
    History history = new History(new History.Start(1, 0, options, List.of(), true), operations);
    assertThat(Diagnosis.of(history, (Verdict.Violated) judge(history), FIELDS))
        .contains(
            "put t0/b -> v2, which evicts t0/a as v3", "put t0/c -> v3; expected v4", "2 of 3");
  }

  @Test
  void aWriteThatWasUnderWayAndThatNobodySawIsLeftOut() {
    List<Operation> operations = new ArrayList<>();
    operations.add(put(0, 1, 2, 1, 2));
    operations.add(put(0, 3, 8, 3, 2));
    operations.add(put(2, 4, 90, 5, 2));
    operations.add(
        new Operation(
            1,
            5,
            6,
            new Call.TakeSnapshot(Selection.ofType("t1")),
            new Answer.Shown(new Position(1, 3), Map.of(), List.of())));
    assertThat(told(operations)).doesNotContain("v5", "v6").contains("expected");
    operations.set(
        3, new Operation(1, 5, 6, new Call.ListTypes(), new Answer.Types(List.of("t0"))));
    assertThat(told(operations)).as("a list may have seen it").contains("v6");
  }

  @Test
  void oneGuiltyTypeOfHundredsIsFoundInTime() {
    List<Operation> operations = new ArrayList<>();
    operations.add(put(0, 1, 2, 1, 900));
    List<String> listed = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      listed.add("t" + i);
    }
    listed.sort(null);
    listed.remove("t333");
    operations.add(new Operation(1, 3, 4, new Call.ListTypes(), new Answer.Types(listed)));
    assertThat(told(operations)).contains("listTypes -> []; expected with t333");
  }

  @Test
  void whatWasExpectedOfReadsIsTold() {
    List<Operation> operations = new ArrayList<>();
    operations.add(put(0, 1, 2, 1, 2));
    operations.add(put(0, 3, 4, 3, 2));
    operations.add(get(1, 5, 6, 1, 2));
    assertThat(told(operations)).contains("get t1/a -> v2; expected v4");
    operations.set(
        2, new Operation(1, 5, 6, new Call.ListTypes(), new Answer.Types(List.of("t1"))));
    assertThat(told(operations)).contains("; expected with t0");
    operations.set(
        2,
        new Operation(
            1,
            5,
            6,
            new Call.TakeSnapshot(Selection.ofType("t1")),
            new Answer.Shown(new Position(1, 3), Map.of(), List.of())));
    assertThat(told(operations)).contains("; expected with t1/a v4");
    operations.set(
        2,
        new Operation(
            1,
            5,
            6,
            new Call.Put(List.of(Write.delete("t1", "a").when(Condition.ABSENT))),
            new Answer.ConditionFailed(0, 2)));
    assertThat(told(operations)).contains("; expected condition failed, found v4");
  }

  private static String told(List<Operation> operations) {
    History history = new History(new History.Start(1, 0, Map.of(), List.of(), true), operations);
    return Diagnosis.of(history, (Verdict.Violated) judge(history), FIELDS);
  }
}
