package io.databroker.tck.history;

import io.databroker.tck.history.Picture.Bar;
import io.databroker.tck.history.Picture.Lane;
import io.databroker.tck.history.Picture.Mark;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Draws calls about leases: a lane per holding, a bar per call. */
final class LeasePicture {
  private LeasePicture() {}

  static Picture of(Holdings holdings, LeaseFinding finding) {
    Set<LeaseCall> guilty = new HashSet<>(finding.calls());
    List<LeaseCall> shown =
        LeaseTimeline.lastUpTo(LeaseTimeline.concerning(holdings, finding), guilty);
    Map<Long, List<Bar>> byToken = new TreeMap<>();
    List<String> steps = new ArrayList<>();
    for (LeaseCall call : shown) {
      Mark mark = guilty.contains(call) ? Mark.BROKEN : Mark.OTHER;
      String label = call.kind().name().toLowerCase(Locale.ROOT) + (call.granted() ? "" : " no");
      byToken
          .computeIfAbsent(call.token(), none -> new ArrayList<>())
          .add(new Bar(call.began(), call.ended(), mark, label, call.words()));
      steps.add(call.words());
    }
    List<Lane> lanes = new ArrayList<>();
    byToken.forEach(
        (token, bars) -> lanes.add(new Lane(token == 0 ? "refused" : "token " + token, bars)));
    return new Picture(
        finding.words(),
        "calls and returns, in their order",
        "",
        lanes,
        steps,
        List.of(),
        "A lease that has ended may be granted "
            + holdings.margin()
            + " late, as the backend declares, and never early.");
  }
}
