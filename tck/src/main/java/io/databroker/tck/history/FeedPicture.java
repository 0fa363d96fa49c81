package io.databroker.tck.history;

import io.databroker.api.Changes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.StoredRecord;
import io.databroker.tck.history.Picture.Bar;
import io.databroker.tck.history.Picture.Lane;
import io.databroker.tck.history.Picture.Mark;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Draws the answers of feeds below the changes that were due: a bar per answer, by version. */
final class FeedPicture {
  private static final int MOST_FEEDS = 6;
  private static final int MOST_RECORDS = 12;

  private FeedPicture() {}

  static Picture of(Evidence evidence, Verdict.Violated verdict, FieldExtractor extractor) {
    List<Followed> feeds = new ArrayList<>(evidence.feeds());
    Followed all = evidence.all();
    if (all != null) {
      feeds.add(all);
    }
    History history = evidence.history();
    @Nullable Replay replay =
        history == null || verdict.order().isEmpty()
            ? null
            : new Replay(history, verdict.order(), extractor);
    Followed guilty = null;
    Followed.Fault fault = null;
    for (Followed feed : feeds) {
      Followed.Fault found = replay == null ? null : feed.fault(replay);
      if (found != null && (fault == null || (feed + found.words()).equals(verdict.reason()))) {
        guilty = feed;
        fault = found;
      }
    }
    long centre = centre(guilty, fault);
    List<Lane> lanes = new ArrayList<>();
    if (replay != null && !feeds.isEmpty()) {
      Followed any = guilty == null ? feeds.get(0) : guilty;
      lanes.add(new Lane("due", near(due(replay, any), centre)));
    }
    List<Followed> shown =
        guilty == null ? feeds.subList(0, Math.min(MOST_FEEDS, feeds.size())) : List.of(guilty);
    for (Followed feed : shown) {
      lanes.add(new Lane(name(feed), near(told(feed, fault), centre)));
    }
    String needed =
        fault == null || fault.due() == null ? "" : "Due is " + Timeline.record(fault.due());
    return new Picture(verdict.reason(), "versions", "", lanes, List.of(), List.of(), needed);
  }

  private static String name(Followed feed) {
    String type = feed.type();
    return (type == null ? "feed of all" : "feed of " + type)
        + ", from "
        + Timeline.version(feed.from().version());
  }

  /** Returns the version of the fault. */
  private static long centre(@Nullable Followed feed, Followed.@Nullable Fault fault) {
    if (feed == null || fault == null) {
      return 0;
    }
    StoredRecord due = fault.due();
    if (fault.answer() < feed.told().size()) {
      return feed.told().get(fault.answer()).position().version();
    }
    return due == null ? 0 : due.version();
  }

  private static List<Bar> due(Replay replay, Followed feed) {
    List<Bar> bars = new ArrayList<>();
    for (Replay.Entry entry : replay.of(feed.from().serverVersion())) {
      List<StoredRecord> changes =
          entry.changes().stream()
              .filter(change -> feed.type() == null || change.type().equals(feed.type()))
              .filter(change -> Long.compareUnsigned(change.version(), feed.from().version()) > 0)
              .toList();
      if (!changes.isEmpty()) {
        bars.add(bar(changes, Mark.EXPLAINED, records(changes)));
      }
    }
    return bars;
  }

  private static List<Bar> told(Followed feed, Followed.@Nullable Fault fault) {
    List<Bar> bars = new ArrayList<>();
    for (int i = 0; i < feed.told().size(); i++) {
      Changes answer = feed.told().get(i);
      Mark mark = fault != null && fault.answer() == i ? Mark.BROKEN : Mark.OTHER;
      String position = " at position " + Timeline.version(answer.position().version());
      if (answer.records().isEmpty()) {
        long version = answer.position().version();
        bars.add(new Bar(version, version + 1, mark, "bookmark", "bookmark" + position));
      } else {
        bars.add(bar(answer.records(), mark, records(answer.records()) + position));
      }
    }
    return bars;
  }

  private static Bar bar(List<StoredRecord> records, Mark mark, String words) {
    long first = records.get(0).version();
    long last = records.get(records.size() - 1).version();
    return new Bar(
        Math.min(first, last), Math.max(first, last) + 1, mark, Timeline.words(records), words);
  }

  private static String records(List<StoredRecord> records) {
    List<String> words = records.stream().limit(MOST_RECORDS).map(Timeline::record).toList();
    int more = records.size() - words.size();
    return String.join(", ", words) + (more > 0 ? " and " + more + " more" : "");
  }

  /** Returns the bars around a version. */
  private static List<Bar> near(List<Bar> bars, long version) {
    int most = Pictures.MOST_BARS / 3;
    int middle = 0;
    while (middle < bars.size() && bars.get(middle).ended() <= version) {
      middle++;
    }
    int end = Math.min(bars.size(), Math.max(most, middle + most / 3));
    return bars.subList(Math.max(0, end - most), end);
  }
}
