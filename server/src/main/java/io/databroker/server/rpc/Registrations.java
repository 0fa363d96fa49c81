package io.databroker.server.rpc;

import io.databroker.api.LimitExceededException;
import io.databroker.server.proto.registry.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Services that have reported to this server; each stays for a minute after its last report.
 *
 * <p>They are kept in memory, like Pomerium's in-memory registry. A service reports again within
 * the minute, so a restarted server soon knows all of them.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Registrations {
  static final Duration TTL = Duration.ofMinutes(1);

  /** Largest number of services in the registry; a deployment has a few on each machine. */
  static final int MOST = 10_000;

  /** Time between two messages to watchers; each message has all services. */
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);

  private static final Comparator<Service> ORDER =
      Comparator.comparingInt(Service::getKindValue).thenComparing(Service::getEndpoint);

  private final LongSupplier nanos;

  /** End of each registration. */
  private final Map<Service, Long> ends = new TreeMap<>(ORDER);

  private final Map<Object, Runnable> waiting = new HashMap<>();

  /** Number of changes of the set of services. */
  private long changes;

  /** The changes sent to watchers, and the time of the last message. */
  private long told;

  private long toldAt;

  /** Cached list of active services, valid until one of them ends. */
  private List<Service> listed = List.of();

  private long listedChanges = -1;
  private long listedUntil;

  /**
   * @param nanos a clock that never steps back, in nanoseconds
   */
  Registrations(LongSupplier nanos) {
    this.nanos = nanos;
    this.toldAt = nanos.getAsLong() - TELL_EVERY.toNanos();
  }

  /** Adds the services, or extends them by {@link #TTL}. */
  void report(List<Service> services) {
    List<Runnable> signals;
    synchronized (this) {
      boolean changed = removeEnded();
      long added = services.stream().filter(each -> !ends.containsKey(each)).distinct().count();
      if (ends.size() + added > MOST) {
        throw new LimitExceededException("services", ends.size() + added, MOST, "services");
      }
      long end = nanos.getAsLong() + TTL.toNanos();
      services.forEach(each -> ends.put(each, end));
      signals = signals(changed || added > 0);
    }
    signals.forEach(Runnable::run);
  }

  /** Removes the services that have not reported in time. */
  void sweep() {
    List<Runnable> signals;
    synchronized (this) {
      signals = signals(removeEnded());
    }
    signals.forEach(Runnable::run);
  }

  /** Returns the services that have not ended, in the order of kind and endpoint. */
  synchronized List<Service> list() {
    long now = nanos.getAsLong();
    if (listedChanges != changes || listedUntil - now <= 0) {
      List<Service> live = new ArrayList<>();
      listedUntil = now + TTL.toNanos();
      ends.forEach(
          (service, end) -> {
            if (end - now > 0) {
              live.add(service);
              listedUntil = end - listedUntil < 0 ? end : listedUntil;
            }
          });
      listed = List.copyOf(live);
      listedChanges = changes;
    }
    return listed;
  }

  /** Returns the number of changes sent to watchers. */
  synchronized long told() {
    return told;
  }

  /** Runs the signal once, when more changes were sent than the watcher has seen. */
  void onChange(Object watcher, long seen, Runnable signal) {
    synchronized (this) {
      if (told == seen) {
        waiting.put(watcher, signal);
        return;
      }
    }
    signal.run();
  }

  synchronized void forget(Object watcher) {
    waiting.remove(watcher);
  }

  private boolean removeEnded() {
    long now = nanos.getAsLong();
    return ends.values().removeIf(end -> end - now <= 0);
  }

  /** Returns the signals to run now; a change soon after another waits for a later sweep. */
  private List<Runnable> signals(boolean changed) {
    changes += changed ? 1 : 0;
    long now = nanos.getAsLong();
    if (told == changes || now - toldAt < TELL_EVERY.toNanos()) {
      return List.of();
    }
    told = changes;
    toldAt = now;
    List<Runnable> signals = List.copyOf(waiting.values());
    waiting.clear();
    return signals;
  }
}
