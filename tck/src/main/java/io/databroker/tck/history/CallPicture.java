package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import io.databroker.tck.history.Picture.Bar;
import io.databroker.tck.history.Picture.Candidate;
import io.databroker.tck.history.Picture.Lane;
import io.databroker.tck.history.Picture.Mark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Draws calls of clients: a lane per client, a bar per call. */
final class CallPicture {
  private static final String AXIS = "calls and returns, in their order";

  /** Largest history that is judged again several times for a conclusion. */
  private static final int MOST_JUDGED_AGAIN = 5_000;

  private CallPicture() {}

  /** Draws the smallest history found that shows the violation. */
  static Picture minimal(History history, FieldExtractor extractor) {
    History small = Minimiser.minimise(history, extractor);
    if (!(Checker.judge(small, extractor) instanceof Verdict.Violated violated)) {
      throw new IllegalStateException("a shrunk history shows no violation");
    }
    HistoryNames names = HistoryNames.of(small);
    Model model = new Model(small.start(), extractor);
    List<String> all = Diagnosis.steps(violated.order(), model, names);
    List<String> steps =
        IntStream.range(Math.max(0, all.size() - Pictures.MOST_STEPS), all.size())
            .mapToObj(i -> i + 1 + ". " + all.get(i))
            .toList();
    List<Candidate> candidates =
        violated.stuck().stream()
            .limit(Pictures.MOST_STEPS)
            .map(o -> new Candidate(Timeline.words(o, names), Expected.of(o, model, names)))
            .toList();
    return new Picture(
        Diagnosis.caption(violated, small, history),
        AXIS,
        Timeline.state(small.start(), names),
        lanes(small.operations(), violated, names, null),
        steps,
        candidates,
        small.operations().size() <= MOST_JUDGED_AGAIN ? Diagnosis.kind(small, extractor) : "");
  }

  /** Draws the calls that overlap a close. */
  static Picture closing(History history, Closing closing, Verdict.Violated verdict) {
    List<Operation> calls = new ArrayList<>(history.operations());
    closing.later().stream().filter(call -> !calls.contains(call)).forEach(calls::add);
    List<Operation> near =
        calls.stream()
            .filter(call -> call.ended() > closing.began() || call.began() > closing.ended())
            .sorted(Comparator.comparingLong(Operation::began))
            .toList();
    Operation answered = closing.answered();
    Verdict.Violated shown =
        new Verdict.Violated(
            List.of(), answered == null ? List.of() : List.of(answered), verdict.reason());
    HistoryNames names = HistoryNames.of(history);
    return new Picture(
        verdict.reason(),
        AXIS,
        Timeline.state(history.start(), names),
        lanes(near, shown, names, closing),
        List.of(),
        List.of(),
        "");
  }

  /** Draws calls as they were recorded. */
  static Picture whole(History history, Verdict.Violated verdict) {
    HistoryNames names = HistoryNames.of(history);
    return new Picture(
        verdict.reason(),
        AXIS,
        Timeline.state(history.start(), names),
        lanes(history.operations(), verdict, names, null),
        List.of(),
        List.of(),
        "");
  }

  private static List<Lane> lanes(
      List<Operation> operations,
      Verdict.Violated verdict,
      HistoryNames names,
      @Nullable Closing closing) {
    Map<Operation, Integer> places = new HashMap<>();
    verdict.order().forEach(operation -> places.put(operation, places.size() + 1));
    Set<Operation> stuck = new HashSet<>(verdict.stuck());
    Map<Integer, List<Bar>> byClient = new TreeMap<>();
    for (Operation operation : near(operations, stuck)) {
      Integer place = places.get(operation);
      Mark mark =
          stuck.contains(operation) ? Mark.BROKEN : place != null ? Mark.EXPLAINED : Mark.OTHER;
      String number = place == null ? "" : place + ". ";
      byClient
          .computeIfAbsent(operation.client(), none -> new ArrayList<>())
          .add(
              new Bar(
                  operation.began(),
                  operation.ended(),
                  mark,
                  number + Timeline.call(operation),
                  number + Timeline.words(operation, names)));
    }
    List<Lane> lanes = new ArrayList<>();
    if (closing != null) {
      lanes.add(
          new Lane(
              "close",
              List.of(new Bar(closing.began(), closing.ended(), Mark.OTHER, "close", "close"))));
    }
    byClient.forEach(
        (client, bars) -> lanes.add(new Lane(client < 0 ? "kit" : "client " + client, bars)));
    return lanes;
  }

  /**
   * Returns the operations; if there are very many, only those before the stuck ones and those that
   * overlap them.
   */
  private static List<Operation> near(List<Operation> operations, Set<Operation> stuck) {
    if (operations.size() <= Pictures.MOST_BARS) {
      return operations;
    }
    int last = 0;
    for (int i = 0; i < operations.size(); i++) {
      last = stuck.contains(operations.get(i)) ? i : last;
    }
    int end = Math.min(operations.size(), Math.max(last + 1, Pictures.MOST_BARS));
    List<Operation> near = new ArrayList<>(operations.subList(end - Pictures.MOST_BARS, end));
    stuck.stream()
        .filter(operation -> !near.contains(operation))
        .limit(Pictures.MOST_STEPS)
        .forEach(near::add);
    near.sort(Comparator.comparingLong(Operation::began));
    return near;
  }
}
