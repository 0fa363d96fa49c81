package io.databroker.server.rpc;

import io.databroker.api.LimitExceededException;
import io.databroker.server.proto.registry.Service;
import io.databroker.server.proto.registry.ServiceList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Largest size of a list of all services, in bytes; gRPC's clients accept 4 MiB. */
  static final int MOST_BYTES = 1 << 20;

  /** Bytes of a service in a list beside its own: a tag, and a size of at most two bytes. */
  private static final int OVERHEAD = 3;

  /** Time between two messages to watchers; each message has all services. */
  private static final Duration TELL_EVERY = Duration.ofSeconds(1);

  private static final Comparator<Service> ORDER =
      Comparator.comparingInt(Service::getKindValue).thenComparing(Service::getEndpoint);

  /**
   * Active services of some kinds.
   *
   * @param changes the number of changes that the list includes
   */
  record Listed(ServiceList list, long changes) {}

  private final LongSupplier nanos;

  /** End of each registration. */
  private final Map<Service, Long> ends = new TreeMap<>(ORDER);

  /** Size of a list of all services. */
  private long bytes;

  /** Time before which no registration ends. */
  private long nextEnd;

  private final Map<Object, Runnable> waiting = new HashMap<>();

  /** Number of changes of the set of services. */
  private long changes;

  /** Number of the last change of the kinds with each bit of {@link ServiceKinds}. */
  private final long[] changed = new long[ServiceKinds.BITS];

  /** The changes sent to watchers, and the time of the last message. */
  private long told;

  private long toldAt;

  /** All services, cached until the next change. */
  private Listed all = new Listed(ServiceList.getDefaultInstance(), 0);

  /**
   * @param nanos a clock that never steps back, in nanoseconds
   */
  Registrations(LongSupplier nanos) {
    this.nanos = nanos;
    this.toldAt = nanos.getAsLong() - TELL_EVERY.toNanos();
    this.nextEnd = nanos.getAsLong() + TTL.toNanos();
  }

  /** Adds the services, or extends them by {@link #TTL}. */
  void report(List<Service> services) {
    List<Runnable> signals;
    synchronized (this) {
      removeEnded();
      Set<Service> added = new HashSet<>(services);
      added.removeIf(ends::containsKey);
      checkRoom(added);
      long end = nanos.getAsLong() + TTL.toNanos();
      services.forEach(each -> ends.put(each, end));
      added.forEach(each -> bytes += size(each));
      count(added);
      signals = signals();
    }
    signals.forEach(Runnable::run);
  }

  private void checkRoom(Set<Service> added) {
    int count = ends.size() + added.size();
    if (count > MOST) {
      throw new LimitExceededException("services", count, MOST, "services");
    }
    long size = bytes + added.stream().mapToLong(Registrations::size).sum();
    if (size > MOST_BYTES) {
      throw new LimitExceededException("services", size, MOST_BYTES, "bytes");
    }
  }

  private static long size(Service service) {
    return (long) service.getSerializedSize() + OVERHEAD;
  }

  /** Removes the services that have not reported in time. */
  void sweep() {
    List<Runnable> signals;
    synchronized (this) {
      removeEnded();
      signals = signals();
    }
    signals.forEach(Runnable::run);
  }

  /** Returns the services that have not ended, in the order of kind and endpoint. */
  synchronized Listed list(ServiceKinds kinds) {
    removeEnded();
    if (kinds.isAll()) {
      if (all.changes != changes) {
        all = new Listed(ServiceList.newBuilder().addAllServices(ends.keySet()).build(), changes);
      }
      return all;
    }
    ServiceList.Builder list = ServiceList.newBuilder();
    for (Service service : ends.keySet()) {
      if (kinds.contains(service.getKindValue())) {
        list.addServices(service);
      }
    }
    return new Listed(list.build(), changes);
  }

  /** Returns whether services of these kinds may have changed after that number of changes. */
  synchronized boolean haveChanged(ServiceKinds kinds, long after) {
    for (int bit = 0; bit < changed.length; bit++) {
      if (changed[bit] > after && kinds.hasBit(bit)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the number of changes sent to watchers. */
  synchronized long told() {
    return told;
  }

  /** Runs the signal once, when more changes were sent than the watcher has seen. */
  void onChange(Object watcher, long seen, Runnable signal) {
    synchronized (this) {
      if (told <= seen) {
        waiting.put(watcher, signal);
        return;
      }
    }
    signal.run();
  }

  synchronized void forget(Object watcher) {
    waiting.remove(watcher);
  }

  private void removeEnded() {
    long now = nanos.getAsLong();
    if (nextEnd - now > 0) {
      return;
    }
    nextEnd = now + TTL.toNanos();
    List<Service> ended = new ArrayList<>();
    ends.forEach(
        (service, end) -> {
          if (end - now <= 0) {
            ended.add(service);
          } else if (end - nextEnd < 0) {
            nextEnd = end;
          }
        });
    for (Service each : ended) {
      ends.remove(each);
      bytes -= size(each);
    }
    count(ended);
  }

  /** Counts one change, of all these services. */
  private void count(Collection<Service> services) {
    if (!services.isEmpty()) {
      changes++;
      services.forEach(each -> changed[ServiceKinds.bit(each.getKindValue())] = changes);
    }
  }

  /** Returns the signals to run now; a change soon after another waits for a later sweep. */
  private List<Runnable> signals() {
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
