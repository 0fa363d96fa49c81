package io.databroker.tck.races;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.ClosedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Write;
import io.databroker.tck.text.Texts;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts lost signals of one empty backend. Each method needs its own backend, whose notifier
 * should run signals at once. CONTRIBUTING.md has the command for a long run.
 */
public final class SignalStress {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
  private static final Instant LATER = Instant.parse("9999-01-01T00:00:00Z");

  private final Backend backend;
  private final AtomicBoolean stop = new AtomicBoolean();

  /** Creates a run over the given backend; the caller closes it. */
  public SignalStress(Backend backend) {
    this.backend = backend;
  }

  /**
   * Outcome of a run.
   *
   * @param rounds writes, or trims that overlapped a registration
   * @param waited feeds that were registered before the write or trim
   * @param lost signals that did not run
   * @param fellOff waiting feeds whose position was trimmed away
   */
  public record Outcome(long rounds, long waited, long lost, long fellOff) {
    @Override
    public String toString() {
      return Texts.format(
          "%d rounds, %d with a feed that waited already, %d signals lost, %d feeds fell off",
          rounds, waited, lost, fellOff);
    }
  }

  private void put(String type) {
    backend.put(List.of(Write.put(type, "id", Bytes.EMPTY)));
  }

  /** Lets each write wait until its signal has run and the feed has delivered it. */
  public Outcome writes(long writes) throws InterruptedException {
    AtomicLong seen = new AtomicLong();
    AtomicLong waited = new AtomicLong();
    Thread reader = new Thread(() -> read(seen, waited), "reader");
    Thread churn = new Thread(this::churn, "churn");
    reader.start();
    churn.start();
    long lost = 0;
    for (long version = 1; version <= writes; version++) {
      put("t");
      if (!reaches(seen, version)) {
        lost++;
        break;
      }
    }
    stop.set(true);
    backend.close();
    reader.join();
    churn.join();
    return new Outcome(seen.get(), waited.get(), lost, 0);
  }

  /**
   * Waits until a count of another thread reaches a number; returns false if it does not within a
   * minute. A signal may run late, because the thread that published the write runs it.
   */
  private static boolean reaches(Number value, long expected) {
    long deadline = System.nanoTime() + PATIENCE;
    for (int i = 0; value.longValue() < expected; i++) {
      pause(i);
      if (i % 1_024 == 1_023 && System.nanoTime() - deadline > 0) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("ThreadPriorityCheck") // yields, because there may be fewer cores than threads
  private static void pause(int times) {
    if (times < 200) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  private void read(AtomicLong seen, AtomicLong waited) {
    try {
      ChangeFeed typed = backend.changes(backend.versions().begin(), "t");
      ChangeFeed all = backend.changes(backend.versions().begin(), null);
      long delivered = 0;
      for (long round = 0; !stop.get(); round++) {
        ChangeFeed feed = round % 2 == 0 ? typed : all;
        for (Changes changes = feed.poll(); changes != null; changes = feed.poll()) {
          delivered = changes.position().version();
        }
        seen.set(delivered);
        AtomicBoolean signalled = new AtomicBoolean();
        feed.onReady(() -> signalled.set(true));
        if (!signalled.get()) {
          waited.incrementAndGet();
        }
        for (int i = 0; !signalled.get(); i++) {
          pause(i);
        }
      }
    } catch (ClosedException ended) {
      // The run ends.
    }
  }

  /** Registers and closes feeds of the same type and of all types while the feed waits. */
  private void churn() {
    try {
      while (!stop.get()) {
        for (String type : new String[] {"t", null}) {
          ChangeFeed feed = backend.changes(backend.versions().end(), type);
          feed.onReady(() -> {});
          feed.close();
        }
      }
    } catch (ClosedException ended) {
      // The run ends.
    }
  }

  /**
   * Writes once to each of many types, while one feed of each type registers. Only that write can
   * signal the feed, so a lost signal shows.
   */
  public Outcome writesOfManyTypes(long writes) throws InterruptedException {
    int types = 1_000;
    ChangeFeed[] feeds = new ChangeFeed[types];
    for (int i = 0; i < types; i++) {
      feeds[i] = backend.changes(backend.versions().end(), "t" + i);
    }
    Thread churn = new Thread(this::churn, "churn");
    churn.start();
    AtomicLong written = new AtomicLong();
    AtomicLong registered = new AtomicLong();
    AtomicLong checked = new AtomicLong();
    Thread writer =
        new Thread(() -> writeEachType(types, writes, written, registered, checked), "writer");
    writer.start();
    long waited = 0;
    long lost = 0;
    AtomicInteger[] signals = new AtomicInteger[types];
    for (long n = 0; n < writes; n++) {
      int i = (int) (n % types);
      keepTogether(written, n);
      while (feeds[i].poll() != null) {}
      AtomicInteger signal = new AtomicInteger();
      signals[i] = signal;
      feeds[i].onReady(signal::incrementAndGet);
      registered.set(n + 1);
      waited += signal.get() == 0 ? 1 : 0;
      if (i == types - 1) {
        reaches(written, n + 1);
        lost += lost(feeds, signals);
        checked.set(n + 1);
      }
    }
    stop.set(true);
    writer.join();
    churn.join();
    return new Outcome(writes, waited, lost, 0);
  }

  private static long lost(ChangeFeed[] feeds, AtomicInteger[] signals) {
    long lost = 0;
    for (int i = 0; i < feeds.length; i++) {
      boolean delivers = false;
      for (Changes changes = feeds[i].poll(); changes != null; changes = feeds[i].poll()) {
        delivers |= !changes.isBookmark();
      }
      lost += delivers && !reaches(signals[i], 1) ? 1 : 0;
    }
    return lost;
  }

  private void writeEachType(
      int types, long writes, AtomicLong written, AtomicLong registered, AtomicLong checked) {
    for (long n = 0; n < writes; n++) {
      keepTogether(registered, n);
      put("t" + n % types);
      written.set(n + 1);
      if ((n + 1) % types == 0) {
        reaches(checked, n + 1); // a write of the next turn must not count as one of this turn
      }
    }
  }

  /** Waits while the other thread is more than a few steps behind. */
  private void keepTogether(AtomicLong other, long n) {
    for (int i = 0; other.get() < n - 16; i++) {
      pause(i);
    }
  }

  /** Runs trims during the registrations of feeds of a quiet type. */
  public Outcome trims(long overlaps) throws InterruptedException {
    ChangeFeed[] feeds = new ChangeFeed[200];
    AtomicInteger[] signals = new AtomicInteger[feeds.length];
    for (int i = 0; i < feeds.length; i++) {
      feeds[i] = backend.changes(backend.versions().end(), "quiet");
    }
    AtomicLong asked = new AtomicLong();
    AtomicLong began = new AtomicLong();
    AtomicLong ended = new AtomicLong();
    Thread trimmer = new Thread(() -> trimEachRound(asked, began, ended), "trimmer");
    trimmer.start();
    long overlapping = 0;
    long waited = 0;
    long lost = 0;
    long fellOff = 0;
    for (long round = 1; overlapping < overlaps; round++) {
      long end = backend.versions().latest();
      put("busy");
      asked.set(round);
      reaches(began, round);
      int used = 0;
      long overtaken = 0;
      boolean overlap = false;
      while (used < feeds.length && ended.get() < round) {
        signals[used] = new AtomicInteger();
        overtaken += backend.versions().earliest() > end + 1 && overtaken == 0 ? used + 1 : 0;
        feeds[used].onReady(signals[used]::incrementAndGet);
        overlap |= ended.get() < round;
        used++;
      }
      reaches(ended, round);
      overlapping += overlap ? 1 : 0;
      for (int i = 0; i < used; i++) {
        // The last feed before the trim took effect may or may not have been waiting.
        boolean beforeTrim = i < (overtaken == 0 ? used : overtaken - 1) - 1;
        waited += beforeTrim ? 1 : 0;
        lost += reaches(signals[i], 1) ? 0 : 1;
        try {
          while (feeds[i].poll() != null) {}
        } catch (HistoryTrimmedException fell) {
          fellOff += beforeTrim ? 1 : 0;
          feeds[i] = backend.changes(backend.versions().end(), "quiet");
        }
      }
      for (int i = used; i < feeds.length; i++) {
        feeds[i] = backend.changes(backend.versions().end(), "quiet"); // the trim overtook it
      }
    }
    stop.set(true);
    trimmer.join();
    return new Outcome(overlapping, waited, lost, fellOff);
  }

  private void trimEachRound(AtomicLong asked, AtomicLong began, AtomicLong ended) {
    SplittableRandom random = new SplittableRandom(8);
    for (long round = 1; !stop.get(); ) {
      for (int i = 0; asked.get() < round && !stop.get(); i++) {
        pause(i);
      }
      if (asked.get() >= round) {
        began.set(round);
        for (int i = random.nextInt(100); i > 0; i--) {
          Thread.onSpinWait();
        }
        backend.trim(LATER);
        ended.set(round);
        round++;
      }
    }
  }
}
