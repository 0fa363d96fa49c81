package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a small store the same questions over and over, to find one wrong answer in thousands. At
 * first a write between them is rare; later each round of questions follows a write, because an
 * outdated answer is wrong only after a write.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
public final class Volume {
  private static final int READS_A_WRITE = 500;

  /** Answers after which it may end; on a busy machine it runs for longer to get them. */
  private static final int FEWEST_ANSWERS = 100_000;

  private static final int MOST_SHARES = 3;

  private final Bench bench;
  private final Backend backend;
  private long answers;
  private long writes;

  /** Prepares a small store on the first place of the bench. */
  public Volume(Bench bench) {
    this.bench = bench;
    this.backend = bench.open(0, bench.context());
  }

  /** A question, with the answer to it. */
  private record Question(
      String rule, String words, @Nullable Object expected, Supplier<@Nullable Object> call) {}

  /** Asks for that long, but each question at least once. */
  public void run(Duration share) {
    long start = System.nanoTime();
    backend.setOptions("a", TypeOptions.NONE.withIndexedFields("colour"));
    backend.setCheckpoint(new Checkpoint(3, 4));
    try {
      long elapsed;
      do {
        elapsed = System.nanoTime() - start;
        int reads = elapsed < share.toNanos() * 3 / 4 ? READS_A_WRITE : 1;
        ask(questions(write()), reads, start + MOST_SHARES * share.toNanos());
      } while (elapsed < share.toNanos()
          || (answers < FEWEST_ANSWERS && elapsed < MOST_SHARES * share.toNanos()));
    } finally {
      bench.report("volume", Texts.format("%d answers between %d writes", answers, writes));
    }
  }

  private List<StoredRecord> write() {
    writes++;
    return backend
        .put(
            List.of(
                Write.put("a", "1", Bytes.utf8("colour=red;n=" + writes)),
                Write.put("b", "2", Bytes.utf8("colour=red;n=" + writes)),
                Write.put("c", "3", Bytes.EMPTY)))
        .records();
  }

  private List<Question> questions(List<StoredRecord> last) {
    Versions versions = backend.versions();
    Position before = new Position(versions.serverVersion(), last.get(0).version() - 1);
    StoredRecord one = last.get(0);
    return List.of(
        new Question("LIST-1", "listTypes()", List.of("a", "b", "c"), backend::listTypes),
        new Question("GET-1", "get(a, 1)", one, () -> backend.get("a", "1")),
        new Question("GET-1", "get(c, 3)", last.get(2), () -> backend.get("c", "3")),
        new Question("GET-1", "get(a, absent)", null, () -> backend.get("a", "absent")),
        new Question("VER-5", "versions()", versions, backend::versions),
        new Question(
            "OPT-1",
            "options()",
            Map.of("a", TypeOptions.NONE.withIndexedFields("colour")),
            backend::options),
        new Question("CHECK-1", "checkpoint()", new Checkpoint(3, 4), backend::checkpoint),
        new Question("SNAP-1", "all records", Set.copyOf(last), () -> all(Selection.all())),
        new Question(
            "INDEX-1",
            "a look-up of red",
            Set.of(one),
            () -> all(Selection.where("a", new FieldValue("colour", "red")))),
        new Question("FEED-1", "the last change of a", List.of(one), () -> told(before, one)));
  }

  private Set<StoredRecord> all(Selection selection) {
    try (Snapshot snapshot = backend.snapshot(selection)) {
      Set<StoredRecord> records = new HashSet<>();
      snapshot.records().forEachRemaining(records::add);
      return records;
    }
  }

  private List<StoredRecord> told(Position before, StoredRecord due) {
    try (ChangeFeed feed = backend.changes(before, "a")) {
      Changes changes = feed.poll();
      return changes == null ? List.of(due) : changes.records(); // an engine may deliver it later
    }
  }

  private void ask(List<Question> questions, int reads, long deadline) {
    for (int i = 0; i < reads && (i == 0 || System.nanoTime() < deadline); i++) {
      for (Question question : questions) {
        answers++;
        Object seen = question.call().get();
        if (!Objects.equals(question.expected(), seen)) {
          throw Violation.found(
              question.rule(),
              bench.tuning,
              Texts.format(
                  "Seen: %s: expected %s, but was %s, in answer %d, with nothing during it%n",
                  question.words(), question.expected(), seen, answers),
              null);
        }
      }
    }
  }
}
