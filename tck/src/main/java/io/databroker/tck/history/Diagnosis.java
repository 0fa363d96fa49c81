package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Why a history is forbidden, in words and as a timeline.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class Diagnosis {
  private static final int MOST_SHOWN = 60;

  private Diagnosis() {}

  /** The smallest history that can be found that is forbidden for the same reason, explained. */
  public static String of(History history, Verdict.Violated verdict, FieldExtractor extractor) {
    if (!(Checker.judge(history, extractor) instanceof Verdict.Violated whole)
        || !whole.reason().equals(verdict.reason())) {
      // What is wrong is not what the clients were answered, but, say, what a feed told beside it.
      return verdict.reason() + '\n';
    }
    History small = Minimiser.minimise(history, extractor);
    StringBuilder text = new StringBuilder();
    if (!(Checker.judge(small, extractor) instanceof Verdict.Violated violated)) {
      return verdict.reason() + '\n';
    }
    text.append(
        "%s; %d of %d operations show it:%n%n"
            .formatted(violated.reason(), small.operations().size(), history.operations().size()));
    if (small.operations().size() <= MOST_SHOWN) {
      text.append(Timeline.of(small)).append('\n');
    }
    if (!violated.stuck().isEmpty()) {
      text.append("Allowed is, at most:\n");
      List<Operation> order = violated.order();
      order.stream()
          .skip(Math.max(0, order.size() - 8))
          .forEach(operation -> text.append("  ").append(Timeline.words(operation)).append('\n'));
      text.append("and then none of these can come next:\n");
      violated
          .stuck()
          .forEach(operation -> text.append("  ").append(Timeline.words(operation)).append('\n'));
    }
    String kind = kind(small, extractor);
    return kind.isEmpty() ? text.toString() : text + kind + '\n';
  }

  /** Which kind of call it takes to see it. */
  private static String kind(History history, FieldExtractor extractor) {
    Map<String, Class<? extends Call>> kinds = new LinkedHashMap<>();
    kinds.put("listTypes", Call.ListTypes.class);
    kinds.put("snapshots", Call.TakeSnapshot.class);
    kinds.put("versions", Call.ReadVersions.class);
    kinds.put("gets", Call.Get.class);
    List<String> needed = new ArrayList<>();
    kinds.forEach(
        (name, kind) -> {
          List<Operation> others =
              history.operations().stream()
                  .filter(operation -> !kind.isInstance(operation.call()))
                  .toList();
          if (others.size() < history.operations().size()
              && Checker.judge(history.with(others), extractor) instanceof Verdict.Allowed) {
            needed.add(name);
          }
        });
    return needed.isEmpty()
        ? ""
        : "Without the answers of "
            + String.join(", or without those of ", needed)
            + ", the rest is allowed.";
  }
}
