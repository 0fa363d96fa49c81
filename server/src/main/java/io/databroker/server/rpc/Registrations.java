package io.databroker.server.rpc;

import io.databroker.api.LimitExceededException;
import io.databroker.server.net.Network;
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
 * <p>A service counts for the network that reported it first. A network has at most a quarter of
 * the registry, so no client can fill it for all others.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Registrations {
  static final Duration TTL = Duration.ofMinutes(1);

  /** Largest number of services in the registry; a deployment has a few on each machine. */
  static final int MOST = 10_000;

  /** Largest size of a list of all services, in bytes; gRPC's clients accept 4 MiB. */
  static final int MOST_BYTES = 1 << 20;

  /** Number of networks that fill the registry together. */
  private static final int SHARES = 4;

  /** Bytes that a list adds to those of a service: a tag, and a size of at most two bytes. */
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

  /**
   * Report of a service.
   *
   * @param by the network that reported it first
   * @param end the time at which the registration ends
   */
  private record Reported(Network by, long end) {}

  /**
   * Services in a list, and their size.
   *
   * @param services the number of services
   * @param bytes the size of their list
   */
  private record Size(int services, long bytes) {
    private static final Size NONE = new Size(0, 0);

    Size plus(Size more) {
      return new Size(services + more.services, bytes + more.bytes);
    }

    Size minus(Size less) {
      return new Size(services - less.services, bytes - less.bytes);
    }
  }

  private final LongSupplier nanos;
  private final Map<Service, Reported> active = new TreeMap<>(ORDER);
  private final Map<Network, Size> sizes = new HashMap<>();
  private Size total = Size.NONE;

  /** Time before which no registration ends. */
  private long nextEnd;

  private final Map<Object, Runnable> waiting = new HashMap<>();

  /** Number of changes of the set of services. */
  private long changes;

  /**
   * For each bit of {@link ServiceKinds}, the number of the last change of the kinds with that bit.
   */
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
  void report(Network client, List<Service> services) {
    List<Runnable> signals;
    synchronized (this) {
      removeEnded();
      Set<Service> added = new HashSet<>(services);
      added.removeIf(active::containsKey);
      Size more = added.stream().map(Registrations::size).reduce(Size.NONE, Size::plus);
      Size own = sizes.getOrDefault(client, Size.NONE).plus(more);
      check(own, SHARES, " of one address");
      check(total.plus(more), 1, "");
      if (!added.isEmpty()) {
        sizes.put(client, own);
        total = total.plus(more);
      }
      long end = nanos.getAsLong() + TTL.toNanos();
      for (Service each : services) {
        Reported before = active.get(each);
        active.put(each, new Reported(before == null ? client : before.by, end));
      }
      count(added);
      signals = signals();
    }
    signals.forEach(Runnable::run);
  }

  private static void check(Size size, int shares, String whose) {
    if (size.services > MOST / shares) {
      throw new LimitExceededException(
          "services", size.services, MOST / shares, "services" + whose);
    }
    if (size.bytes > MOST_BYTES / shares) {
      throw new LimitExceededException(
          "services", size.bytes, MOST_BYTES / shares, "bytes" + whose);
    }
  }

  private static Size size(Service service) {
    return new Size(1, (long) service.getSerializedSize() + OVERHEAD);
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
        all = new Listed(ServiceList.newBuilder().addAllServices(active.keySet()).build(), changes);
      }
      return all;
    }
    ServiceList.Builder list = ServiceList.newBuilder();
    for (Service service : active.keySet()) {
      if (kinds.contains(service.getKindValue())) {
        list.addServices(service);
      }
    }
    return new Listed(list.build(), changes);
  }

  /** Returns whether services of these kinds may have changed after the given number of changes. */
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
    active.forEach(
        (service, reported) -> {
          if (reported.end - now <= 0) {
            ended.add(service);
          } else if (reported.end - nextEnd < 0) {
            nextEnd = reported.end;
          }
        });
    ended.forEach(this::remove);
    count(ended);
  }

  private void remove(Service service) {
    Reported removed = active.remove(service);
    if (removed != null) {
      Size less = size(service);
      total = total.minus(less);
      sizes.computeIfPresent(
          removed.by, (same, size) -> size.equals(less) ? null : size.minus(less));
    }
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
