package io.databroker.tck.history;

import io.databroker.api.Changes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.StoredRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Checks a history together with the answers of feeds. */
public final class FeedJoin {
  private FeedJoin() {}

  /**
   * Checks whether some order of the operations is allowed and matches the answers of the feeds.
   *
   * @param all the answers of a feed of all types from start to end, or null if there is none; then
   *     the followers of all types choose between several allowed orders, as far as they read
   */
  public static Verdict judge(
      History history, FieldExtractor extractor, @Nullable Followed all, List<Followed> followers) {
    Verdict alone = Checker.judge(history, extractor);
    if (!(alone instanceof Verdict.Allowed allowed)) {
      return alone;
    }
    Sightings sightings = Sightings.of(history);
    for (Followed follower : followers) {
      for (Changes answer : follower.told()) {
        for (StoredRecord record : answer.records()) {
          String problem = sightings.see(record);
          if (problem != null) {
            return broken(allowed, follower + problem);
          }
        }
      }
    }
    BiPredicate<Operation, List<StoredRecord>> told = told(all, followers);
    Verdict joined = told == null ? alone : Checker.judge(history, extractor, told);
    if (all != null && joined instanceof Verdict.Inconclusive) {
      return joined;
    }
    if (all != null && !(joined instanceof Verdict.Allowed)) {
      String problem = all.problem(new Replay(history, allowed.order(), extractor));
      return broken(
          allowed, problem != null ? problem : all + "no order of the operations matches it");
    }
    List<Operation> order = (joined instanceof Verdict.Allowed fits ? fits : allowed).order();
    Replay replay = new Replay(history, order, extractor);
    for (Followed follower : followers) {
      String problem = follower.problem(replay);
      if (problem != null) {
        return joined instanceof Verdict.Inconclusive ? joined : broken(allowed, problem);
      }
    }
    return joined instanceof Verdict.Allowed ? joined : alone;
  }

  private static Verdict broken(Verdict.Allowed allowed, String problem) {
    return new Verdict.Violated(allowed.order(), List.of(), problem);
  }

  /** Returns null if no feed of all types was read. */
  private static @Nullable BiPredicate<Operation, List<StoredRecord>> told(
      @Nullable Followed all, List<Followed> followers) {
    if (all != null) {
      return told(all, true);
    }
    BiPredicate<Operation, List<StoredRecord>> told = null;
    for (Followed follower : followers) {
      if (follower.type() == null && !follower.told().isEmpty()) {
        BiPredicate<Operation, List<StoredRecord>> one = told(follower, false);
        told = told == null ? one : told.and(one);
      }
    }
    return told;
  }

  /**
   * Returns whether the feed delivered the changes of a write, in an allowed number of answers.
   *
   * @param toTheEnd whether each change must be delivered, or only those before the last answer
   */
  private static BiPredicate<Operation, List<StoredRecord>> told(Followed all, boolean toTheEnd) {
    // Versions are unsigned: -1 is the largest.
    long reached = toTheEnd ? -1L : all.told().get(all.told().size() - 1).position().version();
    Map<Long, StoredRecord> byVersion = new HashMap<>();
    Map<Long, List<StoredRecord>> answers = new HashMap<>();
    for (Changes answer : all.told()) {
      for (StoredRecord record : answer.records()) {
        byVersion.put(record.version(), record);
        answers.put(record.version(), answer.records());
      }
    }
    return (write, changes) -> {
      if (changes.isEmpty()) {
        return true;
      }
      if (Long.compareUnsigned(changes.get(0).version(), all.from().version()) <= 0) {
        return true; // before the first change that the feed can deliver
      }
      long first = changes.get(0).version();
      long last = changes.get(changes.size() - 1).version();
      if (Long.compareUnsigned(last, reached) > 0) {
        return Long.compareUnsigned(first, reached) > 0 || Replay.mayBeSeveral(write);
      }
      for (StoredRecord change : changes) {
        StoredRecord told = byVersion.get(change.version());
        if (told == null
            || !told.type().equals(change.type())
            || !told.id().equals(change.id())
            || told.deleted() != change.deleted()) {
          return false;
        }
      }
      List<StoredRecord> begin = answers.getOrDefault(first, List.of());
      List<StoredRecord> end = answers.getOrDefault(last, List.of());
      return begin.get(0).version() == first
          && end.get(end.size() - 1).version() == last
          && (Replay.mayBeSeveral(write) || begin.equals(end));
    };
  }
}
