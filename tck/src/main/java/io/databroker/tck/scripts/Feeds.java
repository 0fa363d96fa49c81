package io.databroker.tck.scripts;

import static io.databroker.tck.scripts.Names.java;

import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.tck.engine.Signal;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The steps that open, poll and close feeds. */
final class Feeds {
  private static final int MOST_OPEN = 4;
  private static final int MOST_POLLS = 200_000;

  private final Session session;
  private final Reference reference;
  private final List<ReferenceFeed> feeds = new ArrayList<>();
  private int opened;

  Feeds(Session session) {
    this.session = session;
    this.reference = session.reference;
  }

  boolean run(Step step) throws InterruptedException {
    if (step instanceof Step.OpenFeed open) {
      open(open);
      return true;
    }
    if (!(step instanceof Step.OfFeed one)) {
      return false;
    }
    if (!feeds.isEmpty()) {
      run(one, feeds.get(Math.floorMod(one.which(), feeds.size())));
    }
    return true;
  }

  private void run(Step.OfFeed step, ReferenceFeed feed) {
    if (step instanceof Step.Poll) {
      session.note(feed.name + ".poll();");
      feed.poll();
    } else if (step instanceof Step.Drain) {
      session.note("// poll " + feed.name + " to the end");
      drain(feed);
    } else if (step instanceof Step.OnReady) {
      session.note(feed.name + ".onReady(() -> {});");
      feed.onReady();
    } else {
      session.note(feed.name + ".close();");
      feed.close();
    }
  }

  private void open(Step.OpenFeed open) {
    long history = reference.serverVersion;
    long version =
        switch (open.from()) {
          case BEGIN -> reference.earliest - 1;
          case END, FORMER_HISTORY -> reference.latest;
          case MIDDLE -> (reference.earliest - 1 + reference.latest) / 2;
          case ZERO -> 0;
          case FUTURE, FORMER_FUTURE -> reference.latest + 1;
          case TRIMMED -> Math.max(0, reference.earliest - 2);
        };
    if (open.from() == Step.From.FORMER_HISTORY || open.from() == Step.From.FORMER_FUTURE) {
      history = reference.formerHistories.stream().findFirst().orElse(~history);
    }
    Position from = new Position(history, version);
    String type = open.type();
    String name = "feed" + opened++;
    session.note(
        Texts.format(
            "ChangeFeed %s = backend.changes(new Position(%s, %dL), %s);",
            name,
            history == reference.serverVersion
                ? "backend.versions().serverVersion()"
                : history + "L",
            version,
            type == null ? "null" : java(type)));
    ChangeFeed feed;
    try {
      feed = session.call(() -> session.backend().changes(from, type));
    } catch (DatabrokerException e) {
      refused(from, e);
      return;
    }
    String rule =
        history != reference.serverVersion
            ? "FEED-7"
            : Long.compareUnsigned(version, reference.latest) > 0
                ? "FEED-6"
                : reference.holdsAfter(version) ? "" : "FEED-5";
    if (!rule.isEmpty()) {
      throw new Mismatch(rule, "changes(" + from + "): expected a refusal, but it opened");
    }
    if (feeds.size() >= MOST_OPEN) {
      feeds.remove(0).feed.close();
    }
    feeds.add(new ReferenceFeed(interruptible(feed), name, reference, version, type));
  }

  /** Returns a feed whose next call is interrupted if the previous step says so. */
  private ChangeFeed interruptible(ChangeFeed feed) {
    return new ChangeFeed() {
      @Override
      public @Nullable Changes poll() {
        return session.find(feed::poll);
      }

      @Override
      public void onReady(Runnable signal) {
        session.run(() -> feed.onReady(signal));
      }

      @Override
      public void close() {
        session.run(feed::close);
      }
    };
  }

  private void refused(Position from, DatabrokerException seen) {
    boolean replaced = from.serverVersion() != reference.serverVersion;
    boolean future = Long.compareUnsigned(from.version(), reference.latest) > 0;
    boolean right;
    String rule;
    if (replaced) {
      rule = "FEED-7";
      right =
          seen instanceof HistoryReplacedException e
              && e.asked() == from.serverVersion()
              && e.current() == reference.serverVersion;
    } else if (future) {
      rule = "FEED-6";
      right =
          seen instanceof FutureVersionException e
              && e.asked() == from.version()
              && e.latest() == reference.latest;
    } else {
      rule =
          !reference.holdsAfter(from.version()) ? "FEED-5" : version0(from) ? "FEED-16" : "FEED-1";
      right =
          !reference.holdsAfter(from.version())
              && seen instanceof HistoryTrimmedException e
              && e.asked() == from.version()
              && e.earliest() == reference.earliest;
    }
    if (!right) {
      throw new Mismatch(
          rule,
          Texts.format(
              "changes(%s) in history %d, held from %d to %d: must not fail with %s",
              from,
              reference.serverVersion,
              reference.earliest,
              reference.latest,
              seen.getMessage()),
          seen);
    }
  }

  private boolean version0(Position from) {
    return from.version() == 0 && reference.earliest != 1;
  }

  private static void drain(ReferenceFeed feed) {
    for (int polls = 0; feed.poll(); polls++) {
      if (polls > MOST_POLLS) {
        throw new Mismatch("FEED-1", feed.name + " never comes to an end");
      }
    }
  }

  void drainAll() {
    feeds.forEach(Feeds::drain);
  }

  void checkSignals() throws InterruptedException {
    for (ReferenceFeed feed : feeds) {
      feed.checkSignal(session.bench.tuning.patience());
    }
  }

  void beforeTrim() {
    feeds.forEach(ReferenceFeed::beforeTrim);
  }

  void afterTrim() {
    feeds.forEach(ReferenceFeed::afterTrim);
  }

  void backendClosed() {
    feeds.forEach(ReferenceFeed::backendClosed);
  }

  /** Sets new signals on the feeds of a closed backend: each must run at once. */
  void signalsAfterClose() throws InterruptedException {
    feeds.forEach(ReferenceFeed::onReady);
    checkSignals();
  }

  void forget() {
    feeds.clear();
  }

  /** Returns the batches that a new feed delivers from there to the last version. */
  List<List<StoredRecord>> told(long from) {
    List<List<StoredRecord>> told = new ArrayList<>();
    long latest = session.backend().versions().latest();
    long reached = from;
    try (ChangeFeed feed =
        session.backend().changes(new Position(reference.serverVersion, from), null)) {
      while (Long.compareUnsigned(reached, latest) < 0) {
        @Nullable Changes answer = feed.poll();
        if (answer == null) {
          Signal signal = new Signal(session.bench.tuning.patience());
          feed.onReady(signal);
          signal.await("the signal of a feed that has more changes");
          answer = Objects.requireNonNull(feed.poll(), "a poll of a signalled feed returns null");
        }
        if (!answer.records().isEmpty()) {
          told.add(answer.records());
        }
        reached = answer.position().version();
      }
    }
    return told;
  }
}
