package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import io.databroker.api.StoredRecord;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Explains a violation in words and as a timeline. */
public final class Diagnosis {
  private static final int MOST_SHOWN = 60;
  private static final int MOST_ALLOWED = 8;

  private Diagnosis() {}

  /** Explains the violation in the evidence. */
  public static String of(Evidence evidence, Verdict.Violated verdict, FieldExtractor extractor) {
    Holdings holdings = evidence.holdings();
    if (!evidence.observed().isEmpty()) {
      return String.join("\n", evidence.observed()) + "\n";
    }
    LeaseFinding finding = holdings == null ? null : LeaseCheck.finding(holdings);
    if (holdings != null && finding != null) {
      return LeaseTimeline.of(holdings, finding);
    }
    History history = evidence.history();
    return history == null ? verdict.reason() + "\n" : of(history, verdict, extractor);
  }

  /** Shrinks the history, keeping the reason of its violation, and explains it. */
  public static String of(History history, Verdict.Violated verdict, FieldExtractor extractor) {
    if (!(Checker.judge(history, extractor) instanceof Verdict.Violated whole)
        || !whole.reason().equals(verdict.reason())) {
      // The answers are right; the violation is elsewhere, for example in the changes of a feed.
      return verdict.reason() + '\n';
    }
    History small = Minimiser.minimise(history, extractor);
    StringBuilder text = new StringBuilder();
    if (!(Checker.judge(small, extractor) instanceof Verdict.Violated violated)) {
      return verdict.reason() + '\n';
    }
    text.append(caption(violated, small, history)).append(":\n\n");
    if (small.operations().size() <= MOST_SHOWN) {
      text.append(Timeline.of(small)).append('\n');
    }
    if (!violated.stuck().isEmpty()) {
      text.append(allowed(small, violated, extractor));
    }
    String kind = kind(small, extractor);
    return kind.isEmpty() ? text.toString() : text + kind + '\n';
  }

  /** Describes the longest allowed order and the operations that cannot come next. */
  private static String allowed(
      History history, Verdict.Violated violated, FieldExtractor extractor) {
    Model model = new Model(history.start(), extractor);
    HistoryNames names = HistoryNames.of(history);
    List<String> steps = steps(violated.order(), model, names);
    StringBuilder text = new StringBuilder("Allowed is, at most:\n");
    text.append(steps.isEmpty() ? "  nothing\n" : "");
    steps.stream()
        .skip(Math.max(0, steps.size() - MOST_ALLOWED))
        .forEach(step -> text.append("  ").append(step).append('\n'));
    text.append("and then none of these can come next:\n");
    for (Operation operation : violated.stuck()) {
      String expected = Expected.of(operation, model, names);
      text.append("  ").append(Timeline.words(operation, names));
      text.append(expected.isEmpty() ? "" : "; " + expected).append('\n');
    }
    return text.toString();
  }

  /** Returns the reason of a violation, and how many of the operations show it. */
  static String caption(Verdict.Violated violated, History small, History history) {
    return Texts.format(
        "%s; %d of %d operations show it%s",
        violated.reason(),
        small.operations().size(),
        history.operations().size(),
        small.start().exact() ? "" : " (other types are left out, of batches too)");
  }

  /** Describes operations in their order with their evictions, and applies them to the model. */
  static List<String> steps(List<Operation> order, Model model, HistoryNames names) {
    List<String> steps = new ArrayList<>();
    for (Operation operation : order) {
      boolean evicts = !operation.onlyReads() && model.allows(operation);
      steps.add(Timeline.words(operation, names) + (evicts ? evicted(operation, model) : ""));
    }
    return steps;
  }

  private static String evicted(Operation operation, Model model) {
    if (operation.answer() instanceof Answer.Unknown) {
      return "";
    }
    List<StoredRecord> evicted = model.changes().stream().skip(operation.written()).toList();
    if (evicted.isEmpty()) {
      return "";
    }
    return evicted.stream()
        .map(
            r ->
                r.type()
                    + "/"
                    + r.id()
                    + (model.exact() ? " as " + Timeline.version(r.version()) : ""))
        .collect(Collectors.joining(", ", ", which evicts ", ""));
  }

  /** Returns the kind of call that shows the violation. */
  static String kind(History history, FieldExtractor extractor) {
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
