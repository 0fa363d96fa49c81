package io.databroker.tck.crashes;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Versions;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Reports the contents of a store: its records, its feed, and the leases of the previous life.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class Contents {
  /** The duration of leases that outlast the run. */
  static final Duration LONG = Duration.ofDays(1);

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /**
   * Attempts to read the store. A clear of a killed client may take effect late, during an attempt;
   * at most one clear can be running.
   */
  private static final int MOST_READS = 3;

  private final Backend backend;
  private final Recorder recorder;
  private final Teller teller;

  /** Receiver of events. */
  interface Teller {
    void tell(String event, String... words);
  }

  Contents(Backend backend, Recorder recorder, Teller teller) {
    this.backend = backend;
    this.recorder = recorder;
    this.teller = teller;
  }

  /**
   * Reports all, and that the store is ready.
   *
   * @param serverVersion the history in which the previous life began
   * @param version the version at which the previous life began
   * @param leases the names that the previous life left free, each with 0, and held, each with its
   *     token
   */
  void report(long serverVersion, long version, Map<String, Long> leases)
      throws InterruptedException {
    List<List<String>> events = new ArrayList<>();
    for (int left = MOST_READS; left > 0; left--) {
      events.clear();
      if (read(serverVersion, version, events)) {
        break;
      }
    }
    for (List<String> event : events) {
      teller.tell(event.get(0), event.subList(1, event.size()).toArray(new String[0]));
    }
    leases.forEach(this::lease);
    teller.tell("ready");
  }

  /**
   * Reads the records, and the feed since the beginning of the previous life; returns whether all
   * is of one history.
   */
  private boolean read(long serverVersion, long version, List<List<String>> events)
      throws InterruptedException {
    for (Call call : Clients.reads()) {
      events.add(List.of("read", HistoryFile.line(recorder.record(-1, backend, call))));
    }
    Versions versions = backend.versions();
    long from = versions.earliest() - 1;
    if (versions.serverVersion() == serverVersion
        && Long.compareUnsigned(from, version) < 0
        && Long.compareUnsigned(version, versions.latest()) <= 0) {
      from = version;
    }
    Position start = new Position(versions.serverVersion(), from);
    events.add(List.of("from", Long.toString(start.serverVersion()), Long.toString(from)));
    try {
      follow(start, versions.latest(), events);
    } catch (HistoryReplacedException replaced) {
      if (backend.versions().serverVersion() == versions.serverVersion()) {
        throw replaced;
      }
    }
    return told(events).versions().serverVersion() == backend.versions().serverVersion();
  }

  /** Returns the versions that were read first. */
  private static Answer.Told told(List<List<String>> events) {
    return (Answer.Told) HistoryFile.operation(events.get(0).get(1)).answer();
  }

  private void follow(Position start, long latest, List<List<String>> events)
      throws InterruptedException {
    try (ChangeFeed feed = backend.changes(start, null)) {
      long reached = start.version();
      while (Long.compareUnsigned(reached, latest) < 0) {
        Changes next = next(feed);
        if (next == null) {
          throw new IllegalStateException(
              Texts.format(
                  "the feed ends at version %s, though version %s was written: no signal for %s",
                  Long.toUnsignedString(reached), Long.toUnsignedString(latest), LONGEST_WAIT));
        }
        events.add(List.of("told", HistoryFile.line(next)));
        reached = next.position().version();
      }
    }
  }

  /** Returns the next answer of a feed; null if it has none and gives no signal for a minute. */
  static @Nullable Changes next(ChangeFeed feed) throws InterruptedException {
    while (true) {
      Changes next = feed.poll();
      if (next != null) {
        return next;
      }
      CountDownLatch signal = new CountDownLatch(1);
      feed.onReady(signal::countDown);
      if (!RunningTime.await(signal, LONGEST_WAIT)) {
        return null;
      }
    }
  }

  /** Reports whether the holder of a name can renew it, or whether a free one can be acquired. */
  private void lease(String name, long token) {
    if (token != 0) {
      tell("renewed", name, backend.renewLease(name, token, LONG));
      return;
    }
    tell("acquiring", name, null); // a kill may follow before the release
    Lease lease = backend.acquireLease(name, LONG);
    tell("granted", name, lease);
    if (lease != null) {
      backend.releaseLease(name, lease.token());
      tell("released", name, null);
    }
  }

  private void tell(String event, String name, @Nullable Lease lease) {
    teller.tell("lease", event, name, Long.toString(lease == null ? 0 : lease.token()));
  }
}
