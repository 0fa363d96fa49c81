package io.databroker.tck.history;

import io.databroker.tck.text.Texts;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Formats the calls about a lease as text: one line per call, in the order of their beginning. */
final class LeaseTimeline {
  private static final int MOST_CALLS = 40;

  private LeaseTimeline() {}

  static String of(Holdings holdings, LeaseFinding finding) {
    List<LeaseCall> calls = concerning(holdings, finding);
    Set<LeaseCall> guilty = new HashSet<>(finding.calls());
    StringBuilder text = new StringBuilder();
    text.append(
        Texts.format(
            "%s; %d of %d calls are about it (> marks those that show it):%n%n",
            finding.violation(), calls.size(), holdings.calls().size()));
    List<LeaseCall> shown = lastUpTo(calls, guilty);
    if (shown.size() < calls.size()) {
      text.append(Texts.format("  (%d calls left out)%n", calls.size() - shown.size()));
    }
    for (LeaseCall call : shown) {
      text.append(guilty.contains(call) ? "> " : "  ")
          .append(Texts.format("%4d to %-4d ", call.began(), call.ended()))
          .append(call.words())
          .append('\n');
    }
    return text.append('\n').append(finding.words()).append('\n').toString();
  }

  /**
   * Returns the calls about the holdings of the finding, in the order of their beginning; all calls
   * about the lease if the finding is a rejection.
   */
  static List<LeaseCall> concerning(Holdings holdings, LeaseFinding finding) {
    Set<String> names = new HashSet<>();
    Set<Long> tokens = new HashSet<>();
    for (LeaseCall call : finding.calls()) {
      names.add(call.name());
      tokens.add(call.token());
    }
    return holdings.calls().stream()
        .filter(call -> names.contains(call.name()))
        .filter(call -> tokens.contains(0L) || tokens.contains(call.token()))
        .sorted(Comparator.comparingLong(LeaseCall::began))
        .toList();
  }

  /**
   * Returns the calls that show the violation, and others before the last of them, up to the number
   * to show.
   */
  static List<LeaseCall> lastUpTo(List<LeaseCall> calls, Set<LeaseCall> guilty) {
    int last = calls.size() - 1;
    while (last > 0 && !guilty.contains(calls.get(last))) {
      last--;
    }
    int first = Math.max(0, last + 1 - MOST_CALLS);
    int end = last;
    return IntStream.range(0, calls.size())
        .filter(i -> (i >= first && i <= end) || guilty.contains(calls.get(i)))
        .mapToObj(calls::get)
        .toList();
  }
}
