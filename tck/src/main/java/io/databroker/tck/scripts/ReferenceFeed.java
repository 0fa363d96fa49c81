package io.databroker.tck.scripts;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.StoredRecord;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Open feed, with the answers that the contract allows. */
final class ReferenceFeed {
  final ChangeFeed feed;
  final String name;
  private final Reference reference;
  private final @Nullable String type;
  private final long serverVersion;

  /** The position of the last answer. */
  private long position;

  private boolean lastPollNull;
  private boolean closed;
  private boolean backendClosed;

  /** True if a trim has overtaken the feed; it fails from then on. */
  private boolean overtaken;

  /** True if the next poll must return a bookmark, because a trim moved the waiting feed. */
  private boolean moved;

  /**
   * True if the next poll may either fail or continue. This is so after a trim that dropped nothing
   * of this type and came when the feed had begun to wait, but did not wait yet. A feed waits once
   * its last poll returned null, and its signal is set and not due.
   */
  private boolean movedOrOvertaken;

  private boolean waits;
  private boolean halfWaits;

  /** The first version before a trim that concerns the feed; 0 if there was none. */
  private long firstDue;

  private @Nullable CountDownLatch signal;

  ReferenceFeed(
      ChangeFeed feed, String name, Reference reference, long position, @Nullable String type) {
    this.feed = feed;
    this.name = name;
    this.reference = reference;
    this.type = type;
    this.serverVersion = reference.serverVersion;
    this.position = Math.max(position, reference.earliest - 1); // version 0 may be earlier
  }

  private boolean replaced() {
    return reference.serverVersion != serverVersion;
  }

  /** Polls, and checks the answer; returns whether more answers may follow. */
  boolean poll() {
    @Nullable Changes answer;
    try {
      answer = feed.poll();
    } catch (DatabrokerException e) {
      judge(e);
      return false;
    }
    if (closed || backendClosed) {
      throw wrong(closed ? "FEED-13" : "CLOSE-2", "closed", answer);
    }
    if (replaced()) {
      throw wrong("FEED-11", "history-replaced", answer);
    }
    if (overtaken) {
      throw wrong("FEED-5", "history-trimmed, as changes behind its position were trimmed", answer);
    }
    judge(answer);
    return answer != null;
  }

  private void judge(DatabrokerException failure) {
    boolean right =
        (closed || backendClosed)
            ? failure instanceof ClosedException
            : replaced()
                ? failure instanceof HistoryReplacedException replacedBy
                    && replacedBy.asked() == serverVersion
                    && replacedBy.current() == reference.serverVersion
                : failure instanceof HistoryTrimmedException trimmed
                    && trimmed.earliest() == reference.earliest
                    && (overtaken || movedOrOvertaken);
    if (!right) {
      String rule = moved && failure instanceof HistoryTrimmedException ? "FEED-9" : "FEED-1";
      if (closed || replaced() || overtaken) {
        rule = closed ? "FEED-13" : replaced() ? "FEED-11" : "FEED-5";
      }
      throw new Mismatch(
          rule, name + " must not fail so" + state() + ": " + failure.getMessage(), failure);
    }
    overtaken |= movedOrOvertaken;
    movedOrOvertaken = false;
    lastPollNull = false;
  }

  private void judge(@Nullable Changes answer) {
    moved |= movedOrOvertaken;
    movedOrOvertaken = false;
    List<StoredRecord> due = reference.due(position, type);
    if (answer == null) {
      if (!due.isEmpty()) {
        throw wrong("FEED-1", "the changes " + due, null);
      }
      if (moved) {
        throw wrong("FEED-9", "a bookmark, as a trim moved it", null);
      }
      if (position != reference.latest) {
        throw wrong("FEED-4", "a bookmark to version " + reference.latest, null);
      }
      lastPollNull = true;
      return;
    }
    lastPollNull = false;
    long told = answer.position().version();
    if (answer.position().serverVersion() != serverVersion) {
      throw wrong("FEED-4", "a position of history " + serverVersion, answer);
    }
    if (answer.records().isEmpty()) {
      long bound = due.isEmpty() ? reference.latest + 1 : due.get(0).version();
      boolean forward = Long.compareUnsigned(told, position) >= (moved ? 0 : 1);
      if (!forward || Long.compareUnsigned(told, bound) >= 0) {
        throw wrong(
            "FEED-4", "a bookmark behind version " + position + " and before " + bound, answer);
      }
    } else {
      if (!answer.records().equals(due)) {
        throw wrong(
            due.isEmpty() || !isOfItsType(answer)
                ? "FEED-3"
                : skips(due, answer)
                    ? "FEED-1"
                    : sameButPayload(due, answer) ? "FEED-14" : "FEED-2",
            due.isEmpty() ? "nothing" : "exactly the changes " + shortened(due),
            answer);
      }
      long last = due.get(due.size() - 1).version();
      List<StoredRecord> next = reference.due(last, type);
      long bound = next.isEmpty() ? reference.latest + 1 : next.get(0).version();
      if (Long.compareUnsigned(told, last) < 0 || Long.compareUnsigned(told, bound) >= 0) {
        throw wrong("FEED-4", "a position from " + last + " and before " + bound, answer);
      }
    }
    moved = false;
    position = told;
  }

  private boolean isOfItsType(Changes answer) {
    return type == null || answer.records().stream().allMatch(it -> type.equals(it.type()));
  }

  /** Returns whether the answer has the changes that are due, but with wrong contents. */
  private static boolean sameButPayload(List<StoredRecord> due, Changes answer) {
    return due.stream()
        .map(StoredRecord::version)
        .toList()
        .equals(answer.records().stream().map(StoredRecord::version).toList());
  }

  private static boolean skips(List<StoredRecord> due, Changes answer) {
    return answer.records().get(0).version() != due.get(0).version();
  }

  /** Sets a new signal. */
  void onReady() {
    CountDownLatch latch = new CountDownLatch(1);
    signal = latch;
    feed.onReady(latch::countDown);
  }

  private boolean hasSomethingToSay() {
    return closed
        || backendClosed
        || replaced()
        || overtaken
        || moved
        || movedOrOvertaken
        || !reference.due(position, type).isEmpty();
  }

  /** Waits for the signal if the feed has an answer: the signal must come (FEED-8). */
  void checkSignal(Duration patience) throws InterruptedException {
    CountDownLatch waiting = signal;
    if (waiting == null) {
      return;
    }
    if (hasSomethingToSay() && !RunningTime.await(waiting, patience)) {
      String rule = closed ? "FEED-13" : moved ? "FEED-9" : replaced() ? "FEED-11" : "FEED-8";
      throw new Mismatch(
          rule,
          Texts.format(
              "the signal of %s%s does not run, although it has a change to deliver",
              name, state()));
    }
    if (waiting.getCount() == 0) {
      signal = null;
    }
  }

  /** Records, before a trim, whether the feed waits, and whether the trim may move it. */
  void beforeTrim() {
    CountDownLatch waiting = signal;
    boolean set = waiting != null && waiting.getCount() > 0;
    List<StoredRecord> due = reference.due(position, type);
    firstDue = due.isEmpty() ? 0 : due.get(0).version();
    // With an answer due, its signal may run at any time, and may have run before the trim.
    waits = set && lastPollNull && due.isEmpty();
    halfWaits = set || lastPollNull || movedOrOvertaken;
  }

  /** Records a trim. */
  void afterTrim() {
    if (closed || backendClosed || replaced() || reference.holdsAfter(position)) {
      return;
    }
    boolean lostNothing = firstDue == 0 || Long.compareUnsigned(firstDue, reference.earliest) >= 0;
    if (halfWaits && lostNothing) {
      position = reference.earliest - 1;
      moved = waits;
      movedOrOvertaken = !waits;
      lastPollNull = false;
    } else {
      overtaken = true;
    }
  }

  void close() {
    feed.close();
    closed = true;
  }

  void backendClosed() {
    backendClosed = true;
  }

  private String state() {
    return Texts.format(
        " (of %s, behind version %d; the last is %d, the first held %d)",
        type == null ? "all types" : "type " + Names.java(type),
        position,
        reference.latest,
        reference.earliest);
  }

  private Mismatch wrong(String rule, String expected, @Nullable Changes seen) {
    String answer = seen == null ? "null" : shortened(seen.records()) + " to " + seen.position();
    return new Mismatch(
        rule, "poll of " + name + state() + ": expected " + expected + ", but was " + answer);
  }

  static String shortened(java.util.Collection<StoredRecord> records) {
    if (records.size() <= 6) {
      return records.toString();
    }
    return records.stream().limit(6).toList() + " and " + (records.size() - 6) + " more";
  }
}
