package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;

import io.databroker.api.ClearResult;
import io.databroker.api.Lease;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Leases with two holders, or none, or with old tokens. */
final class LeaseMutants {
  private LeaseMutants() {}

  static List<Mutant> all() {
    return List.of(
        backend(
            "LEASE-1",
            "lease-checked-outside-the-lock",
            "checks that a lease is free, releases the lock, and grants it",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      checkOpen();
                      Lease held = store.leases.get(name);
                      if (held != null && lasts(held)) {
                        return null;
                      }
                    }
                    Mutant.pause();
                    synchronized (store) {
                      store.leases.remove(name);
                      return super.acquireLease(name, duration);
                    }
                  }
                }),
        backend(
            "LEASE-1",
            "lease-for-everyone",
            "grants a lease to the latest caller",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      store.leases.remove(name);
                      return super.acquireLease(name, duration);
                    }
                  }
                }),
        backend(
            "LEASE-2",
            "token-per-name",
            "counts the tokens of each name separately",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final java.util.Map<String, Long> tokens = new java.util.HashMap<>();

                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      store.lastToken = tokens.getOrDefault(name, 0L);
                      Lease lease = super.acquireLease(name, duration);
                      tokens.put(name, store.lastToken);
                      return lease;
                    }
                  }
                }),
        backend(
            "LEASE-2",
            "token-reused-after-release",
            "a released token is granted again",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (store) {
                      boolean released = super.releaseLease(name, token);
                      if (released && store.lastToken == token) {
                        store.lastToken--;
                      }
                      return released;
                    }
                  }
                }),
        backend(
                "LEASE-2",
                "token-lost-by-a-reopen",
                "tokens restart after a reopen",
                (store, context) -> {
                  store.lastToken = 0;
                  return new ReferenceBackend(store, context);
                })
            .lasting(),
        backend(
            "LEASE-3",
            "renewal-draws-a-token",
            "a renewal has a new token",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      Lease right = super.renewLease(name, token, duration);
                      if (right == null) {
                        return null;
                      }
                      Lease other = new Lease(name, newToken(), right.expiresAt());
                      store.leases.put(name, other);
                      return other;
                    }
                  }
                }),
        backend(
            "LEASE-3",
            "renewal-adds-up",
            "a renewal adds its duration to the old end",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      Lease old = store.leases.get(name);
                      Lease right = super.renewLease(name, token, duration);
                      if (right == null || old == null) {
                        return null;
                      }
                      Lease longer = new Lease(name, token, old.expiresAt().plus(duration));
                      store.leases.put(name, longer);
                      return longer;
                    }
                  }
                }),
        holding(
            "LEASE-4",
            "lease-renewed-after-its-end",
            "a lease can be renewed after its end if it was not acquired again",
            (backend, held, token) -> held.token() == token),
        holding(
            "LEASE-4",
            "lease-lasts-at-its-end",
            "a lease lasts at the instant of its end",
            (backend, held, token) ->
                held.token() == token && !backend.now().isAfter(held.expiresAt())),
        holding(
            "LEASE-5",
            "lease-of-any-token",
            "any token renews and releases",
            (backend, held, token) -> backend.lasts(held)),
        holding(
            "LEASE-5",
            "lease-of-an-older-token",
            "the tokens of earlier holdings renew and release",
            (backend, held, token) -> backend.lasts(held) && token > 0 && token <= held.token()),
        backend(
            "LEASE-6",
            "release-without-effect",
            "a released lease stays held until its end",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (store) {
                      checkOpen();
                      return holds(name, token);
                    }
                  }
                }),
        lasting(
            "LEASE-7",
            "lease-granted-early",
            "grants a lease a second before the end of another",
            Duration.ofSeconds(-1)),
        lasting(
            "LEASE-7",
            "lease-granted-late",
            "grants a lease five seconds after the declared margin",
            Duration.ofSeconds(6)),
        backend(
            "LEASE-8",
            "leases-cleared",
            "a clear ends all leases",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      store.leases.clear();
                      return super.clear();
                    }
                  }
                }),
        backend(
                "LEASE-8",
                "leases-lost-by-a-reopen",
                "a reopen ends all leases",
                (store, context) -> {
                  store.leases.clear();
                  return new ReferenceBackend(store, context);
                })
            .lasting(),
        backend(
            "LEASE-9",
            "lease-takes-a-version",
            "acquiring a lease takes a version",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected long newToken() {
                    store.latest++;
                    return super.newToken();
                  }
                }),
        backend(
            "CLEAR-2",
            "tokens-cleared",
            "a clear restarts the tokens",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      store.lastToken = 0;
                      return super.clear();
                    }
                  }
                }));
  }

  private interface Holding {
    boolean holds(ReferenceBackend backend, Lease held, long token);
  }

  private static Mutant holding(String rule, String name, String defect, Holding holding) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              protected boolean holds(String lease, long token) {
                Lease held = store.leases.get(lease);
                return held != null && holding.holds(this, held, token);
              }
            });
  }

  private static Mutant lasting(String rule, String name, String defect, Duration longer) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              protected boolean lasts(Lease lease) {
                return now().isBefore(lease.expiresAt().plus(longer));
              }
            });
  }
}
