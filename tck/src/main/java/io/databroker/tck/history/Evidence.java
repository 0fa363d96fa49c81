package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recorded calls and answers, complete enough to judge a saved violation again without the backend.
 *
 * @param history calls of clients, or null
 * @param all the answers of a feed of all types from start to end, or null
 * @param feeds the answers of other feeds
 * @param closing a close during the calls, or null
 * @param holdings calls about leases, or null
 * @param observed violations that only the running backend shows, such as a signal that never came
 */
public record Evidence(
    @Nullable History history,
    @Nullable Followed all,
    List<Followed> feeds,
    @Nullable Closing closing,
    @Nullable Holdings holdings,
    List<String> observed) {
  /** Copies the lists. */
  public Evidence {
    feeds = List.copyOf(feeds);
    observed = List.copyOf(observed);
  }

  /** Returns the evidence of calls and of feeds that were read meanwhile. */
  public static Evidence of(
      @Nullable History history, @Nullable Followed all, List<Followed> feeds) {
    return new Evidence(history, all, feeds, null, null, List.of());
  }

  /** Returns the evidence of calls during a close. */
  public static Evidence of(@Nullable History history, Closing closing) {
    return new Evidence(history, null, List.of(), closing, null, List.of());
  }

  /** Returns the evidence of calls about leases. */
  public static Evidence of(Holdings holdings) {
    return new Evidence(null, null, List.of(), null, holdings, List.of());
  }

  /** Adds an observed violation that the recorded calls do not show. */
  public Evidence observing(String violation) {
    List<String> more = new ArrayList<>(observed);
    more.add(violation);
    return new Evidence(history, all, feeds, closing, holdings, more);
  }

  /** Returns this evidence if it shows a violation; otherwise adds that violation as observed. */
  public Evidence showing(String violation, FieldExtractor extractor) {
    return judge(extractor) instanceof Verdict.Violated ? this : observing(violation);
  }

  /** Judges everything recorded. */
  public Verdict judge(FieldExtractor extractor) {
    if (!observed.isEmpty()) {
      return violated(observed.get(0));
    }
    Operation answered = closing == null ? null : closing.answered();
    if (answered != null) {
      return violated(
          "a call after the close did not fail with closed: " + Timeline.words(answered));
    }
    if (holdings != null) {
      LeaseFinding finding = LeaseCheck.finding(holdings);
      if (finding != null) {
        return violated(finding.words());
      }
    }
    if (history == null) {
      return new Verdict.Allowed(List.of());
    }
    List<Followed> followed = new ArrayList<>(feeds);
    if (all != null) {
      followed.add(all);
    }
    return FeedJoin.judge(history, extractor, all, followed);
  }

  private static Verdict violated(String reason) {
    return new Verdict.Violated(List.of(), List.of(), reason);
  }

  /** Returns the amount of evidence, in words. */
  public String size() {
    List<String> parts = new ArrayList<>();
    if (history != null) {
      parts.add(count(history.operations().size(), "operation"));
    }
    int followed = feeds.size() + (all == null ? 0 : 1);
    if (followed > 0) {
      parts.add(count(followed, "feed"));
    }
    if (closing != null) {
      parts.add("a close");
    }
    if (holdings != null) {
      parts.add(count(holdings.calls().size(), "call") + " about leases");
    }
    return parts.isEmpty() ? "nothing" : String.join(", ", parts);
  }

  private static String count(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
