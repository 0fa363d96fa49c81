package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.over;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.ClearResult;
import io.databroker.api.Lease;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Leases that end too early, too late, or belong to others. */
final class LeaseStrangers {
  private LeaseStrangers() {}

  static List<Stranger> all() {
    return List.of(
        backend(
            "LEASE-3",
            "a-renewal-adds-to-the-end",
            "a renewal counts its duration from the end of the holding, not from now",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      Lease held = store.leases.get(name);
                      Lease renewed = super.renewLease(name, token, duration);
                      if (renewed == null || held == null) {
                        return renewed;
                      }
                      Lease longer = new Lease(name, token, held.expiresAt().plus(duration));
                      store.leases.put(name, longer);
                      return longer;
                    }
                  }
                }),
        over(
            "LEASE-1 LEASE-5 LEASE-7",
            "names-without-case",
            "lease names that differ in case alone are one",
            inner ->
                new Passing(inner) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    Lease lease = inner.acquireLease(folded(name), duration);
                    return lease == null ? null : new Lease(name, lease.token(), lease.expiresAt());
                  }

                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    Lease lease = inner.renewLease(folded(name), token, duration);
                    return lease == null ? null : new Lease(name, lease.token(), lease.expiresAt());
                  }

                  @Override
                  public boolean releaseLease(String name, long token) {
                    return inner.releaseLease(folded(name), token);
                  }

                  private String folded(String name) {
                    return name.toLowerCase(Locale.ROOT);
                  }
                }),
        backend(
            "LEASE-2",
            "tokens-start-over-when-all-are-free",
            "a clear while no lease is held starts the tokens over",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      ClearResult result = super.clear();
                      if (store.leases.values().stream().noneMatch(this::lasts)) {
                        store.lastToken = 0;
                      }
                      return result;
                    }
                  }
                }),
        backend(
            "LEASE-6 LEASE-5",
            "a-released-lease-can-be-renewed",
            "the last holder renews a released lease that nobody else has taken",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<String, Lease> released = new HashMap<>();

                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (store) {
                      Lease held = store.leases.get(name);
                      boolean done = super.releaseLease(name, token);
                      if (done && held != null) {
                        released.put(name, held);
                      }
                      return done;
                    }
                  }

                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      released.remove(name);
                      return super.acquireLease(name, duration);
                    }
                  }

                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      Lease old = released.get(name);
                      if (old != null && old.token() == token && lasts(old)) {
                        store.leases.put(name, old);
                        released.remove(name);
                      }
                      return super.renewLease(name, token, duration);
                    }
                  }
                }),
        backend(
            "LEASE-4",
            "ends-in-whole-seconds",
            "a holding lasts to the end of the second in which it should end",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean lasts(Lease lease) {
                    Instant end = lease.expiresAt();
                    return now()
                        .isBefore(
                            end.getNano() == 0
                                ? end
                                : Instant.ofEpochSecond(end.getEpochSecond() + 1));
                  }
                }),
        backend(
            "LEASE-5",
            "anyone-releases-what-is-over",
            "a release with an old token frees the name if the old holding ended by its time",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<Long, Lease> all = new HashMap<>();

                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      Lease lease = super.acquireLease(name, duration);
                      if (lease != null) {
                        all.put(lease.token(), lease);
                      }
                      return lease;
                    }
                  }

                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (store) {
                      Lease old = all.get(token);
                      boolean released = super.releaseLease(name, token);
                      if (!released && old != null && old.name().equals(name) && !lasts(old)) {
                        store.leases.remove(name);
                      }
                      return released;
                    }
                  }
                }),
        backend(
            "LEASE-3 LEASE-7",
            "leases-of-equal-hash-end-together",
            "a renewal moves the end of all names with an equal hash code",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      Lease renewed = super.renewLease(name, token, duration);
                      if (renewed != null) {
                        store.leases.replaceAll(
                            (other, lease) ->
                                other.hashCode() == name.hashCode()
                                    ? new Lease(other, lease.token(), renewed.expiresAt())
                                    : lease);
                      }
                      return renewed;
                    }
                  }
                }),
        Stranger.of(
            "OPEN-2",
            "one-lease-table-for-all",
            "the backends of one provider share their leases",
            new ReferenceProvider() {
              private final Map<String, Lease> leases = new ConcurrentHashMap<>();
              private long lastToken;

              @Override
              protected Backend backend(Store store, BackendContext context) {
                return new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (leases) {
                      synchronized (store) {
                        checkOpen();
                        Lease held = leases.get(name);
                        if (held != null && lasts(held)) {
                          return null;
                        }
                        Lease lease = new Lease(name, ++lastToken, now().plus(duration));
                        leases.put(name, lease);
                        store.leases.put(name, lease);
                        return lease;
                      }
                    }
                  }

                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (leases) {
                      Lease renewed = super.renewLease(name, token, duration);
                      if (renewed != null) {
                        leases.put(name, renewed);
                      }
                      return renewed;
                    }
                  }

                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (leases) {
                      boolean released = super.releaseLease(name, token);
                      if (released) {
                        leases.remove(name);
                      }
                      return released;
                    }
                  }
                };
              }
            },
            false));
  }
}
