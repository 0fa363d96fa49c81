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
 * Decides whether the operations of a history can have taken effect one after the other, each at an
 * instant between its call and its return, over whole states.
 *
 * <p>What only reads takes its place as soon as its answer fits: it changes nothing, so waiting
 * cannot help. Of the writes, the versions that they were answered leave mostly one that can come
 * next, so that a history is judged in one pass; where they leave several (changed options, clears,
 * outcomes that are unknown), each is tried, and states that were seen are not tried again.
 *
 * <p><b>Thread-safety:</b> none; each is used by one thread.
 */
public final class Checker {
  private static final int MOST_STEPS = 2_000_000;

  private final FieldExtractor extractor;
  private final BiPredicate<Operation, List<StoredRecord>> feed;

  /** How many steps were taken. */
  private long steps;

  private final List<Operation> order = new ArrayList<>();
  private final Set<List<Long>> seen = new HashSet<>();
  private List<Operation> longest = List.of();
  private List<Operation> stuck = List.of();

  private Checker(FieldExtractor extractor, BiPredicate<Operation, List<StoredRecord>> feed) {
    this.extractor = extractor;
    this.feed = feed;
  }

  /** Judges a history by what its clients were answered. */
  public static Verdict judge(History history, FieldExtractor extractor) {
    return judge(history, extractor, (write, changes) -> true);
  }

  /**
   * Judges a history, of whose writes those alone count whose changes a feed has told.
   *
   * @param feed whether the changes of a write are as a feed tells them
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
      // A client goes on after an unknown outcome, which stands in a lane of its own.
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
        // The only one that can come next needs no copy to try it on.
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

  /** No operation that began after this can come before the one that ended then. */
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
