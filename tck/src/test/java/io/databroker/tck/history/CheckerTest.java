package io.databroker.tck.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.ClearResult;
import io.databroker.api.Condition;
import io.databroker.api.FieldExtractor;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Operation> operations = new ArrayList<>();

  private static StoredRecord record(String type, long version) {
    return new StoredRecord(type, "a", version, Bytes.utf8(type), TIME, false);
  }

  private static StoredRecord deleted(String type, long version) {
    return new StoredRecord(type, "a", version, Bytes.utf8(type), TIME, true);
  }

  private void add(int client, long began, long ended, Call call, Answer answer) {
    operations.add(new Operation(client, began, ended, call, answer));
  }

  private void put(int client, long began, long ended, String type, long version) {
    add(
        client,
        began,
        ended,
        new Call.Put(List.of(Write.put(type, "a", Bytes.utf8(type)))),
        new Answer.Stored(new PutResult(1, List.of(record(type, version)))));
  }

  /** A type appears while another becomes empty. */
  private void swap(int client, long began, long ended, String put, String delete, long version) {
    add(
        client,
        began,
        ended,
        new Call.Put(List.of(Write.put(put, "a", Bytes.utf8(put)), Write.delete(delete, "a"))),
        new Answer.Stored(
            new PutResult(1, List.of(record(put, version), deleted(delete, version + 1)))));
  }

  private void list(int client, long began, long ended, String... types) {
    add(client, began, ended, new Call.ListTypes(), new Answer.Types(List.of(types)));
  }

  private void get(int client, long began, long ended, String type, long version) {
    add(
        client,
        began,
        ended,
        new Call.Get(type, "a"),
        new Answer.Found(version == 0 ? null : record(type, version)));
  }

  private History history() {
    return new History(new History.Start(1, 0, Map.of(), List.of(), true), operations);
  }

  private Verdict judge() {
    return Checker.judge(history(), FieldExtractor.NONE);
  }

  private void allowed() {
    assertThat(judge()).isInstanceOf(Verdict.Allowed.class);
  }

  private void forbidden() {
    assertThat(judge()).isInstanceOf(Verdict.Violated.class);
  }

  @Test
  void aReadBesideAWriteMaySeeItOrNot() {
    put(1, 1, 10, "x", 1);
    get(2, 2, 3, "x", 0);
    get(2, 4, 5, "x", 1);
    list(3, 6, 12, "x");
    allowed();
  }

  @Test
  void whatWasSeenIsNotUnseen() {
    put(1, 1, 10, "x", 1);
    get(2, 2, 3, "x", 1);
    get(3, 4, 5, "x", 0);
    forbidden();
  }

  @Test
  void aWriteThatReturnedIsSeen() {
    put(1, 1, 2, "x", 1);
    list(2, 3, 4);
    forbidden();
  }

  @Test
  void versionsFollowRealTime() {
    put(1, 1, 2, "x", 2);
    put(2, 3, 4, "y", 1);
    forbidden();
  }

  @Test
  void aTornListIsForbiddenThoughEachTypeByItselfIsFine() {
    put(1, 1, 2, "x", 1);
    swap(1, 3, 9, "y", "x", 2);
    list(2, 4, 8, "x", "y");
    forbidden();
    operations.remove(2);
    list(2, 4, 8);
    forbidden();
    operations.remove(2);
    list(2, 4, 8, "y");
    allowed();
  }

  @Test
  void anUnknownOutcomeMayTakeEffectLaterOrNever() {
    Call write = new Call.Put(List.of(Write.put("x", "a", Bytes.utf8("x"))));
    add(1, 1, Operation.NEVER, write, new Answer.Unknown());
    list(2, 5, 6);
    allowed();
    get(2, 7, 8, "x", 1);
    allowed();
    get(2, 9, 10, "x", 0);
    forbidden();
  }

  @Test
  void aFeedNeedNotTellOfAnUnknownWriteWhoseConditionDoesNotHold() {
    put(1, 1, 2, "x", 1);
    Call applied = new Call.Put(List.of(Write.put("y", "a", Bytes.utf8("y"))));
    Call refused =
        new Call.Put(List.of(Write.put("x", "a", Bytes.utf8("z")).when(Condition.ABSENT)));
    add(2, 3, Operation.NEVER, applied, new Answer.Unknown());
    add(3, 4, Operation.NEVER, refused, new Answer.Unknown());
    list(4, 5, 6, "x", "y");
    List<Changes> told =
        List.of(
            new Changes(List.of(record("x", 1)), new Position(1, 1)),
            new Changes(List.of(record("y", 2)), new Position(1, 2)));
    Followed feed = new Followed(new Position(1, 0), null, told, true);
    assertThat(FeedJoin.judge(history(), FieldExtractor.NONE, feed, List.of(feed)))
        .isInstanceOf(Verdict.Allowed.class);
  }

  /** The put evicts its own record, or the options evict it later: only the feed tells. */
  @Test
  void aFeedThatDoesNotReachTheEndChoosesBetweenTwoOrders() {
    add(1, 1, 20, new Call.SetOptions("x", TypeOptions.NONE.withCapacity(0)), new Answer.Done());
    put(2, 2, 19, "x", 1);
    Changes put = new Changes(List.of(record("x", 1)), new Position(1, 1));
    Changes evicted = new Changes(List.of(deleted("x", 2)), new Position(1, 2));
    Changes both = new Changes(List.of(record("x", 1), deleted("x", 2)), new Position(1, 2));
    for (List<Changes> told : List.of(List.of(put, evicted), List.of(both), List.of(put))) {
      assertThat(judge(told)).as("%s", told).isInstanceOf(Verdict.Allowed.class);
    }
    assertThat(judge(List.of(evicted))).isInstanceOf(Verdict.Violated.class);
  }

  private Verdict judge(List<Changes> told) {
    Followed feed = new Followed(new Position(1, 0), null, told, false);
    return FeedJoin.judge(history(), FieldExtractor.NONE, null, List.of(feed));
  }

  @Test
  void optionsEvictAtAnInstantThatReadsTell() {
    put(1, 1, 2, "x", 1);
    add(2, 3, 20, new Call.SetOptions("x", TypeOptions.NONE.withCapacity(0)), new Answer.Done());
    get(1, 4, 5, "x", 1);
    put(1, 6, 7, "y", 2);
    get(1, 8, 9, "x", 0);
    put(1, 10, 11, "z", 4);
    allowed();
    get(1, 12, 13, "x", 1);
    forbidden();
  }

  @Test
  void aClearIsSeenWhole() {
    put(1, 1, 2, "x", 1);
    add(2, 3, 9, new Call.Clear(), new Answer.Cleared(new ClearResult(1, 7)));
    add(
        1,
        4,
        5,
        new Call.TakeSnapshot(Selection.all()),
        new Answer.Shown(new Position(7, 1), Map.of(), List.of()));
    allowed();
    add(
        3,
        6,
        7,
        new Call.TakeSnapshot(Selection.all()),
        new Answer.Shown(new Position(7, 1), Map.of(), List.of(record("x", 1))));
    forbidden();
  }

  @Test
  void oneVersionIsOneRecord() {
    put(1, 1, 2, "x", 1);
    put(2, 1, 3, "y", 1);
    forbidden();
  }

  @Test
  void aSmallHistoryShowsTheSame() {
    long version = 1;
    for (int i = 0; i < 20; i++) {
      put(1, 10 * i + 1, 10 * i + 2, "t" + i, version++);
      get(2, 10 * i + 1, 10 * i + 3, "t" + i, i % 2 == 0 ? i + 1 : 0);
    }
    swap(1, 301, 309, "y", "t3", version);
    List<String> torn = new ArrayList<>(List.of("y"));
    for (int i = 0; i < 20; i++) {
      torn.add("t" + i);
    }
    torn.sort(null);
    list(2, 302, 308, torn.toArray(new String[0]));
    put(3, 310, 311, "later", version + 2);
    forbidden();
    History small = Minimiser.minimise(history(), FieldExtractor.NONE);
    assertThat(Checker.judge(small, FieldExtractor.NONE)).isInstanceOf(Verdict.Violated.class);
    assertThat(small.operations()).hasSize(2);
    assertThat(Timeline.of(small)).contains("before: ", "t3/a", "listTypes -> [t3, y]", "|---");
  }

  @Test
  void aHistoryIsReadAsItWasWritten(@TempDir Path directory) throws IOException {
    put(1, 1, 2, "x y%'", 1);
    swap(2, 3, 9, "y", "x y%'", 2);
    list(3, 4, 8, "y");
    get(3, 10, 11, "z", 0);
    add(
        3,
        12,
        13,
        new Call.TakeSnapshot(Selection.ofType("y")),
        new Answer.Shown(
            new Position(1, 3),
            Map.of("y", TypeOptions.NONE.withCapacity(3).withIndexedFields("f")),
            List.of(record("y", 2))));
    add(4, 14, Operation.NEVER, new Call.Clear(), new Answer.Unknown());
    Path file = directory.resolve("history.txt");
    HistoryFile.write(file, history());
    assertThat(HistoryFile.read(file)).isEqualTo(Evidence.of(history(), null, List.of()));
    assertThat(Files.readString(file)).doesNotContain("x y");
  }
}
