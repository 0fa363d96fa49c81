package io.databroker.tck.crashes;

import io.databroker.api.Bytes;
import io.databroker.api.ClearResult;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Checker;
import io.databroker.tck.history.Diagnosis;
import io.databroker.tck.history.Evidence;
import io.databroker.tck.history.Followed;
import io.databroker.tck.history.History;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Verdict;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether the calls before a kill allow the state in which the store was found.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class Aftermath {
  private final History.Start start;
  private final Life before;
  private final Life after;
  private final List<Operation> carried;
  private final boolean lateClear;
  private final Versions found;

  /** The broken rules, the main one first, and the observation. */
  record Finding(List<String> rules, String words, Evidence evidence) {}

  /**
   * Prepares the judgement.
   *
   * @param start the state at the beginning of the previous life
   * @param carried calls of earlier lives that may take effect late
   * @param lateClear whether a clear of an earlier life may take effect late
   */
  Aftermath(
      History.Start start, Life before, Life after, List<Operation> carried, boolean lateClear) {
    this.start = start;
    this.before = before;
    this.after = after;
    this.carried = carried;
    this.lateClear = lateClear;
    this.found = after.read(Answer.Told.class).versions();
  }

  /** Returns the state found. */
  History.Start state() {
    return new History.Start(
        found.serverVersion(),
        found.latest(),
        after.read(Answer.Configured.class).options(),
        after.read(Answer.Shown.class).records(),
        true,
        after.read(Answer.Marked.class).checkpoint());
  }

  /** Returns the problem, or null. */
  @Nullable Finding judge() {
    History calls = new History(start, operations(List.of()));
    History whole = new History(start, operations(after.reads));
    if (Checker.judge(calls, TestFields.FIRST) instanceof Verdict.Violated violated) {
      Evidence evidence = Evidence.of(calls, null, List.of());
      return finding(List.of("PUT-2"), violated.reason(), evidence, violated);
    }
    Position from = Objects.requireNonNull(after.from());
    Evidence evidence = Evidence.of(whole, new Followed(from, null, after.told, true), List.of());
    if (found.serverVersion() != expectedServerVersion()) {
      String words =
          Texts.format(
              "the server version is %d, but was %d, and no clear was running",
              found.serverVersion(), expectedServerVersion());
      return observed(List.of("VER-7", "CAPA-1"), words, evidence);
    }
    String lost = seenButGone();
    Verdict verdict = evidence.judge(TestFields.FIRST);
    if (!(verdict instanceof Verdict.Violated violated)) {
      if (lost != null) {
        return observed(List.of("PUT-9", "VER-6"), lost, evidence);
      }
      String forgotten = historyGone();
      return forgotten == null ? null : observed(List.of("CAPA-1"), forgotten, evidence);
    }
    String half = halfBatch();
    if (half != null) {
      return finding(List.of("PUT-1", "CAPA-1"), half, evidence, violated);
    }
    List<String> rules = new ArrayList<>(List.of("CAPA-1"));
    boolean shorter = Long.compareUnsigned(found.latest(), latestAnswered()) < 0 || lost != null;
    if (shorter) {
      rules.addAll(List.of("PUT-9", "VER-6"));
    }
    return finding(rules, lost != null ? lost : violated.reason(), evidence, violated);
  }

  private static Finding finding(
      List<String> rules, String words, Evidence evidence, Verdict.Violated violated) {
    String told = Diagnosis.of(evidence, violated, TestFields.FIRST);
    return new Finding(
        rules, words.equals(violated.reason()) ? told : words + "\n" + told, evidence);
  }

  /** Returns a finding that the calls and answers alone may not reveal. */
  private static Finding observed(List<String> rules, String words, Evidence evidence) {
    return new Finding(rules, words, evidence.showing(words, TestFields.FIRST));
  }

  /**
   * Joins the calls before the kill, the calls without an outcome, and the reads after the kill.
   */
  private List<Operation> operations(List<Operation> reads) {
    List<Operation> all = new ArrayList<>(carried);
    all.addAll(before.answered());
    long tick = all.stream().mapToLong(Operation::began).max().orElse(0);
    for (Operation answered : before.answered()) {
      tick = Math.max(tick, answered.ended() == Operation.NEVER ? 0 : answered.ended());
    }
    for (Operation running : before.running()) {
      tick = Math.max(tick, running.began());
    }
    for (Operation running : before.running()) {
      if (!(running.call() instanceof Call.Clear)) {
        all.add(running);
      } else if (isCleared()) {
        all.add(cleared(running.client(), running.began(), tick + 1));
      }
    }
    if (lateClear && !before.wasClearing() && isCleared()) {
      all.add(cleared(KilledStore.EARLIER, 0, tick + 1));
    }
    for (Operation read : reads) {
      long shift = tick + 10;
      all.add(
          new Operation(
              -1, read.began() + shift, read.ended() + shift, read.call(), read.answer()));
    }
    return all;
  }

  private boolean isCleared() {
    return found.serverVersion() != lastServerVersion();
  }

  /** Returns a clear without an answer that has taken effect. */
  private Operation cleared(int client, long began, long ended) {
    ClearResult result = new ClearResult(lastServerVersion(), found.serverVersion());
    return new Operation(client, began, ended, new Call.Clear(), new Answer.Cleared(result));
  }

  /** Returns the server version after the last clear that returned. */
  private long lastServerVersion() {
    long last = start.serverVersion();
    for (Operation operation : before.answered()) {
      if (operation.answer() instanceof Answer.Cleared cleared) {
        last = cleared.result().newServerVersion();
      }
    }
    return last;
  }

  private long expectedServerVersion() {
    return before.wasClearing() || lateClear ? found.serverVersion() : lastServerVersion();
  }

  private long latestAnswered() {
    long latest = start.latest();
    for (Operation operation : before.answered()) {
      if (operation.answer() instanceof Answer.Stored stored) {
        for (StoredRecord record : stored.result().records()) {
          latest = Long.compareUnsigned(record.version(), latest) > 0 ? record.version() : latest;
        }
      }
    }
    return latest;
  }

  /** Returns an acknowledged change that the feed lacks although no trim removed it, or null. */
  private @Nullable String historyGone() {
    for (Operation operation : before.answered()) {
      if (operation.answer() instanceof Answer.Stored stored
          && stored.result().serverVersion() == found.serverVersion()) {
        for (StoredRecord record : stored.result().records()) {
          if (record.version() != 0
              && Long.compareUnsigned(record.version(), found.earliest()) < 0
              && !record.modifiedAt().isBefore(before.trimmed())) {
            return Texts.format(
                "the feed begins at version %s and has lost %s, which no trim concerned",
                Long.toUnsignedString(found.earliest()), record);
          }
        }
      }
    }
    return null;
  }

  /** Returns a change that was read before the kill and is gone, or null. */
  private @Nullable String seenButGone() {
    Map<Long, StoredRecord> told = new HashMap<>();
    after.told.forEach(answer -> answer.records().forEach(r -> told.put(r.version(), r)));
    long from = Objects.requireNonNull(after.from()).version();
    List<StoredRecord> seen = new ArrayList<>(before.seen);
    for (Operation operation : before.answered()) {
      if (operation.answer() instanceof Answer.Found live && live.live() != null) {
        seen.add(live.live());
      } else if (operation.answer() instanceof Answer.Shown shown) {
        seen.addAll(shown.records());
      }
    }
    for (StoredRecord record : seen) {
      if (Long.compareUnsigned(record.version(), from) > 0) {
        StoredRecord now = told.get(record.version());
        if (now == null || !now.payload().equals(record.payload())) {
          return Texts.format(
              "%s was read before the kill; afterwards the feed has %s at its version",
              record, now == null ? "nothing" : now);
        }
      }
    }
    return null;
  }

  /** Returns a batch that is present only in part, or that the feed delivers in parts; or null. */
  private @Nullable String halfBatch() {
    for (Operation operation : operations(List.of())) {
      if (operation.call() instanceof Call.Put put) {
        Set<Bytes> written =
            put.batch().stream()
                .filter(Write.Put.class::isInstance)
                .map(write -> ((Write.Put) write).payload())
                .collect(Collectors.toSet());
        long answers =
            after.told.stream()
                .filter(a -> a.records().stream().anyMatch(r -> isPart(r, written)))
                .count();
        if (answers > 1) {
          return Texts.format("the feed delivers one batch in %d answers: %s", answers, put);
        }
      }
    }
    Set<Bytes> stored = new HashSet<>();
    after.told.forEach(answer -> answer.records().forEach(r -> stored.add(r.payload())));
    long from = Objects.requireNonNull(after.from()).version();
    after.read(Answer.Shown.class).records().stream()
        .filter(record -> Long.compareUnsigned(record.version(), from) > 0)
        .forEach(record -> stored.add(record.payload()));
    for (Operation running : before.running()) {
      if (running.call() instanceof Call.Put put) {
        List<Write> there =
            put.batch().stream()
                .filter(write -> write instanceof Write.Put p && stored.contains(p.payload()))
                .toList();
        long puts = put.batch().stream().filter(write -> write instanceof Write.Put).count();
        if (!there.isEmpty() && there.size() < puts) {
          return Texts.format(
              "of a batch of %d puts that was running, %d are there", puts, there.size());
        }
      }
    }
    return null;
  }

  private static boolean isPart(StoredRecord record, Set<Bytes> written) {
    return !record.deleted() && written.contains(record.payload());
  }
}
