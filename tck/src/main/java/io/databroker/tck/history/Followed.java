package io.databroker.tck.history;

import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.tck.text.Texts;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers that a feed delivered to a follower.
 *
 * @param from the position at which it was opened
 * @param type the type of the feed, or null for all types
 * @param told the answers
 * @param toTheEnd whether the feed was read to the end of the history
 */
public record Followed(Position from, @Nullable String type, List<Changes> told, boolean toTheEnd) {
  /** Copies the list. */
  public Followed {
    told = List.copyOf(told);
  }

  /**
   * Fault in the answers of a feed.
   *
   * @param answer the index of the wrong answer; the number of answers if one is missing
   * @param words the fault in words
   * @param due the change that was due, or null
   */
  record Fault(int answer, String words, @Nullable StoredRecord due) {}

  /** Returns the problem of the answers, compared with the replayed changes, or null. */
  @Nullable String problem(Replay replay) {
    Fault fault = fault(replay);
    return fault == null ? null : this + fault.words();
  }

  /** Returns the first wrong answer, or null. */
  @Nullable Fault fault(Replay replay) {
    return new Walk(this, replay).fault();
  }

  /** Walks over the replayed changes and the answers in parallel. */
  private static final class Walk {
    private final Followed followed;
    private final List<Replay.Entry> entries;
    private int entry;
    private int change;
    private long reached;

    Walk(Followed followed, Replay replay) {
      this.followed = followed;
      this.entries = replay.of(followed.from().serverVersion());
      this.reached = followed.from().version();
      skip();
    }

    @Nullable Fault fault() {
      for (int i = 0; i < followed.told().size(); i++) {
        StoredRecord before = due();
        String problem = problemWith(followed.told().get(i));
        if (problem != null) {
          return new Fault(i, problem, before);
        }
      }
      StoredRecord due = due();
      return followed.toTheEnd() && due != null
          ? new Fault(followed.told().size(), "it never delivers " + Timeline.record(due), due)
          : null;
    }

    private @Nullable String problemWith(Changes answer) {
      int batch = -1;
      boolean whole = true;
      for (StoredRecord told : answer.records()) {
        StoredRecord due = due();
        if (due == null || !same(due, told)) {
          return "it delivers "
              + Timeline.record(told)
              + (due == null ? ", which is not due" : " instead of " + Timeline.record(due));
        }
        if (batch >= 0 && batch != entry) {
          return "it delivers two batches in one answer: " + Timeline.words(answer.records());
        }
        batch = entry;
        whole = entries.get(entry).whole();
        reached = told.version();
        change++;
        skip();
      }
      if (batch >= 0 && whole && batch == entry && due() != null) {
        return "it delivers a batch in parts: "
            + Timeline.words(answer.records())
            + ", but not of "
            + Timeline.record(Objects.requireNonNull(due()));
      }
      return problemWithPosition(answer);
    }

    private @Nullable String problemWithPosition(Changes answer) {
      long version = answer.position().version();
      StoredRecord due = due();
      if (answer.position().serverVersion() != followed.from().serverVersion()
          || Long.compareUnsigned(version, reached) < 0
          || (due != null && Long.compareUnsigned(version, due.version()) >= 0)
          || Long.compareUnsigned(version, latest()) > 0) {
        return Texts.format(
            "the position of an answer is not true: %s behind version %s; next due is %s",
            answer.position(),
            Long.toUnsignedString(reached),
            due == null ? "nothing" : Timeline.record(due));
      }
      reached = version;
      return null;
    }

    private long latest() {
      if (entries.isEmpty()) {
        return followed.from().version();
      }
      List<StoredRecord> last = entries.get(entries.size() - 1).changes();
      return last.get(last.size() - 1).version();
    }

    private @Nullable StoredRecord due() {
      return entry < entries.size() ? entries.get(entry).changes().get(change) : null;
    }

    /** Moves to the next change that concerns the follower. */
    private void skip() {
      while (entry < entries.size()) {
        List<StoredRecord> changes = entries.get(entry).changes();
        for (; change < changes.size(); change++) {
          StoredRecord candidate = changes.get(change);
          if (Long.compareUnsigned(candidate.version(), followed.from().version()) > 0
              && (followed.type() == null || followed.type().equals(candidate.type()))) {
            return;
          }
        }
        entry++;
        change = 0;
      }
    }

    private static boolean same(StoredRecord due, StoredRecord told) {
      return due.type().equals(told.type())
          && due.id().equals(told.id())
          && due.version() == told.version()
          && due.payload().equals(told.payload())
          && due.deleted() == told.deleted();
    }
  }

  @Override
  public String toString() {
    return "a feed of "
        + (type == null ? "all types" : "type " + type)
        + " from version "
        + Long.toUnsignedString(from.version())
        + ": ";
  }
}
