package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import io.databroker.api.StoredRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history is linearizable: whether its operations can have taken effect one after
 * the other, each at an instant between its call and its return. It checks whole states, not single
 * types or keys.
 *
 * <p>A read is placed as soon as its answer fits, because it changes nothing. The versions in the
 * answers usually allow only one next write, so one pass decides. Where several writes are possible
 * (changed options, clears, unknown outcomes), the search tries each of them and skips states that
 * it has seen.
 */
public final class Checker {
  private static final int MOST_STEPS = 2_000_000;

  private final FieldExtractor extractor;
  private final BiPredicate<Operation, List<StoredRecord>> feed;

  /** Returns the number of search steps. */
  private long steps;

  private final List<Operation> order = new ArrayList<>();
  private final Set<List<Long>> seen = new HashSet<>();
  private List<Operation> longest = List.of();
  private List<Operation> stuck = List.of();

  private Checker(FieldExtractor extractor, BiPredicate<Operation, List<StoredRecord>> feed) {
    this.extractor = extractor;
    this.feed = feed;
  }

  /** Checks the answers of a history. */
  public static Verdict judge(History history, FieldExtractor extractor) {
    return judge(history, extractor, (write, changes) -> true);
  }

  /**
   * Checks a history in which a write is possible only if a feed delivered its changes.
   *
   * @param feed tests whether a feed delivered the changes of a write
   */
  static Verdict judge(
      History history, FieldExtractor extractor, BiPredicate<Operation, List<StoredRecord>> feed) {
    String wrong = Sightings.problemWith(history);
    if (wrong != null) {
      return new Verdict.Violated(List.of(), List.of(), wrong);
    }
    return new Checker(extractor, feed).search(history);
  }

  private Verdict search(History history) {
    Map<Integer, List<Operation>> byClient = new TreeMap<>();
    int unknown = Integer.MAX_VALUE;
    for (Operation operation : history.operations()) {
      // A client continues after an unknown outcome, which gets its own lane.
      int lane = operation.isOptional() ? unknown-- : operation.client();
      byClient.computeIfAbsent(lane, none -> new ArrayList<>()).add(operation);
    }
    Operation[][] lanes =
        byClient.values().stream()
            .map(lane -> lane.toArray(new Operation[0]))
            .toArray(Operation[][]::new);
    try {
      Model model = new Model(history.start(), extractor);
      if (explore(lanes, new int[lanes.length], model)) {
        return new Verdict.Allowed(List.copyOf(order));
      }
    } catch (OutOfSteps bound) {
      return new Verdict.Inconclusive("no verdict within " + MOST_STEPS + " steps");
    }
    return new Verdict.Violated(longest, stuck, "no order of these operations is allowed");
  }

  private static final class OutOfSteps extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutOfSteps() {
      super(null, null, false, false);
    }
  }

  private boolean explore(Operation[][] lanes, int[] next, Model start) {
    Model model = start;
    while (true) {
      readAll(lanes, next, model);
      if (isDone(lanes, next)) {
        return true;
      }
      List<Integer> candidates = writes(lanes, next, model);
      List<Integer> fitting = new ArrayList<>();
      List<Model> models = new ArrayList<>();
      for (int lane : candidates) {
        // A single candidate needs no copy of the state.
        Model trial = candidates.size() == 1 ? model : model.copy();
        if (trial.allows(lanes[lane][next[lane]])
            && feed.test(lanes[lane][next[lane]], trial.changes())) {
          fitting.add(lane);
          models.add(trial);
        }
      }
      if (fitting.isEmpty()) {
        remember(lanes, next);
        return false;
      }
      if (fitting.size() > 1) {
        return branch(lanes, next, fitting, models);
      }
      model = models.get(0);
      take(lanes, next, fitting.get(0));
    }
  }

  private boolean branch(
      Operation[][] lanes, int[] next, List<Integer> fitting, List<Model> models) {
    for (int i = 0; i < fitting.size(); i++) {
      int[] after = next.clone();
      int mark = order.size();
      take(lanes, after, fitting.get(i));
      if (seen.add(key(after, models.get(i))) && explore(lanes, after, models.get(i))) {
        return true;
      }
      order.subList(mark, order.size()).clear();
    }
    return false;
  }

  private static List<Long> key(int[] next, Model model) {
    List<Long> key = new ArrayList<>(next.length + 1);
    key.add(model.hash());
    Arrays.stream(next).forEach(index -> key.add((long) index));
    return key;
  }

  private void take(Operation[][] lanes, int[] next, int lane) {
    if (++steps > MOST_STEPS) {
      throw new OutOfSteps();
    }
    order.add(lanes[lane][next[lane]]);
    next[lane]++;
  }

  private void readAll(Operation[][] lanes, int[] next, Model model) {
    boolean progress = true;
    while (progress) {
      progress = false;
      long bound = earliestEnd(lanes, next);
      for (int lane = 0; lane < lanes.length; lane++) {
        Operation head = head(lanes, next, lane);
        if (head != null && head.began() < bound && head.onlyReads() && model.allows(head)) {
          take(lanes, next, lane);
          progress = true;
        }
      }
    }
  }

  private static List<Integer> writes(Operation[][] lanes, int[] next, Model model) {
    List<Integer> candidates = new ArrayList<>();
    long bound = earliestEnd(lanes, next);
    for (int lane = 0; lane < lanes.length; lane++) {
      Operation head = head(lanes, next, lane);
      if (head != null && head.began() < bound && !head.onlyReads() && model.mayAllow(head)) {
        candidates.add(lane);
      }
    }
    return candidates;
  }

  /** Operations that began after this instant come after the one that ended at it. */
  private static long earliestEnd(Operation[][] lanes, int[] next) {
    long earliest = Long.MAX_VALUE;
    for (int lane = 0; lane < lanes.length; lane++) {
      Operation head = head(lanes, next, lane);
      if (head != null) {
        earliest = Math.min(earliest, head.ended());
      }
    }
    return earliest;
  }

  private static @Nullable Operation head(Operation[][] lanes, int[] next, int lane) {
    return next[lane] < lanes[lane].length ? lanes[lane][next[lane]] : null;
  }

  private static boolean isDone(Operation[][] lanes, int[] next) {
    for (int lane = 0; lane < lanes.length; lane++) {
      Operation head = head(lanes, next, lane);
      if (head != null && !head.isOptional()) {
        return false;
      }
    }
    return true;
  }

  private void remember(Operation[][] lanes, int[] next) {
    if (order.size() < longest.size()) {
      return;
    }
    longest = List.copyOf(order);
    List<Operation> heads = new ArrayList<>();
    for (int lane = 0; lane < lanes.length; lane++) {
      Operation head = head(lanes, next, lane);
      if (head != null) {
        heads.add(head);
      }
    }
    heads.sort(Comparator.comparingLong(Operation::began));
    stuck = List.copyOf(heads);
  }
}
