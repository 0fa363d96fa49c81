package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.history.Followed;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Reads a feed while writers run, waiting only for signals, until it receives the marker that is
 * written when the writers are done.
 */
final class Follower {
  /** The id of the last record of each type of a workload. */
  static final String MARKER = "the end";

  /** Far more than any workload writes. */
  private static final int MOST_ANSWERS = 100_000;

  private final @Nullable String type;
  private final boolean slow;
  private final Duration patience;
  private final CountDownLatch end;
  private final List<Changes> told = new ArrayList<>();
  private @Nullable Position from;
  private @Nullable String problem;
  private boolean ended;
  private boolean atEnd;

  /**
   * Creates a follower.
   *
   * @param slow whether to read nothing until the writers are done
   * @param patience how long to wait for a signal that is due
   * @param end opens when the writers are done and the marker is written, or the backend is closed:
   *     from then on the feed has a change to deliver
   */
  Follower(@Nullable String type, boolean slow, Duration patience, CountDownLatch end) {
    this.type = type;
    this.slow = slow;
    this.patience = patience;
    this.end = end;
  }

  /**
   * Opens the feed and reads it to its end.
   *
   * @param start the position to begin at, or null for the end of the history
   */
  void follow(Backend backend, @Nullable Position start, Runnable opened) {
    try {
      Position begin = start != null ? start : backend.versions().end();
      try (ChangeFeed feed = backend.changes(begin, type)) {
        from = begin;
        opened.run();
        if (slow) {
          end.await();
        }
        while (!ended) {
          read(feed);
        }
      }
    } catch (ClosedException | HistoryReplacedException | HistoryTrimmedException end) {
      ended = true;
    } catch (RuntimeException | Error failure) {
      problem = "a feed failed as none may: " + failure;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problem = "interrupted";
    } finally {
      opened.run();
    }
  }

  private void read(ChangeFeed feed) throws InterruptedException {
    Changes next = feed.poll();
    if (next != null) {
      told.add(next);
      if (told.size() > MOST_ANSWERS) {
        problem = "a feed answers without end, at last with the position " + next.position();
        ended = true;
        return;
      }
      ended = next.records().stream().anyMatch(record -> record.id().equals(MARKER));
      atEnd = ended;
      return;
    }
    CountDownLatch signal = new CountDownLatch(1);
    feed.onReady(signal::countDown);
    if (!comes(signal)) {
      problem =
          Texts.format(
              "a feed of %s that stands behind version %s waits, but is not signalled within %s;"
                  + " a poll now returns %s",
              type == null ? "all types" : "type " + type,
              told.isEmpty() ? from : told.get(told.size() - 1).position(),
              patience,
              feed.poll());
      ended = true;
    }
  }

  /**
   * Waits for a signal. The signal is due once {@code end} is open. Before that, the feed may have
   * no change for any length of time: the writers may be slow, or nobody may write the type.
   */
  private boolean comes(CountDownLatch signal) throws InterruptedException {
    while (true) {
      boolean due = end.getCount() == 0;
      if (RunningTime.await(signal, patience)) {
        return true;
      } else if (due) {
        return false;
      }
    }
  }

  /** Returns the failure of the follower, or null. */
  @Nullable String problem() {
    return problem;
  }

  /** Returns the answers of the feed, or null if it never opened. */
  @Nullable Followed followed() {
    return from == null ? null : new Followed(from, type, told, atEnd);
  }
}
