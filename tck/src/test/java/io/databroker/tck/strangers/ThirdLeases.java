package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.over;
import static io.databroker.tck.strangers.Stranger.shared;

import io.databroker.api.Lease;
import io.databroker.tck.reference.ReferenceBackend;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Defects of leases. */
final class ThirdLeases {
  private ThirdLeases() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(races());
    all.addAll(tokens());
    all.addAll(durations());
    return all;
  }

  private static List<Stranger> races() {
    return List.of(
        backend(
            "LEASE-5 LEASE-1 LEASE-6",
            "a-release-compares-then-deletes",
            "compares the token, releases the lock, and frees the name whoever holds it then",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (store) {
                      checkOpen();
                      if (!holds(name, token)) {
                        return false;
                      }
                    }
                    Stranger.pause();
                    synchronized (store) {
                      store.leases.remove(name);
                      return true;
                    }
                  }
                }),
        backend(
            "LEASE-5 LEASE-1 LEASE-3",
            "a-renewal-compares-then-sets",
            "compares the token, releases the lock, and sets the holding whoever has it then",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease renewLease(String name, long token, Duration duration) {
                    synchronized (store) {
                      checkOpen();
                      if (!holds(name, token)) {
                        return null;
                      }
                    }
                    Stranger.pause();
                    synchronized (store) {
                      Lease renewed = new Lease(name, token, now().plus(duration));
                      store.leases.put(name, renewed);
                      return renewed;
                    }
                  }
                }),
        shared(
            "LEASE-8 LEASE-7 LEASE-1 LEASE-5 CAPA-1",
            "leases-end-with-their-session",
            "closing a handle ends the leases that it acquired",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final List<Lease> own = new ArrayList<>();

                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      Lease lease = super.acquireLease(name, duration);
                      if (lease != null) {
                        own.add(lease);
                      }
                      return lease;
                    }
                  }

                  @Override
                  public void close() {
                    synchronized (store) {
                      own.stream()
                          .filter(it -> holds(it.name(), it.token()))
                          .forEach(it -> store.leases.remove(it.name()));
                      super.close();
                    }
                  }
                }),
        backend(
            "LEASE-2 LEASE-1",
            "a-token-is-read-then-counted-up",
            "reads the last token before it takes the lock",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private long next;

                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    long read;
                    synchronized (store) {
                      read = store.lastToken;
                    }
                    Stranger.pause();
                    synchronized (store) {
                      next = read + 1;
                      return super.acquireLease(name, duration);
                    }
                  }

                  @Override
                  protected long newToken() {
                    store.lastToken = next;
                    return next;
                  }
                }),
        over(
            "LEASE-6 LEASE-7 LEASE-1 ERR-4",
            "interrupted-callers-get-no-lease",
            "an interrupted thread gets no lease, though the name is free",
            inner ->
                new Passing(inner) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    boolean interrupted = Thread.currentThread().isInterrupted();
                    inner.versions(); // fails after a close
                    return interrupted ? null : inner.acquireLease(name, duration);
                  }
                }));
  }

  private static List<Stranger> tokens() {
    return List.of(
        backend(
            "LEASE-5",
            "token-zero-frees-any-name",
            "a release with token 0 frees the name whoever holds it",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public boolean releaseLease(String name, long token) {
                    synchronized (store) {
                      Lease held = store.leases.get(name);
                      return super.releaseLease(
                          name, token == 0 && held != null ? held.token() : token);
                    }
                  }
                }),
        backend(
            "LEASE-2",
            "tokens-are-times",
            "the token of a lease is the time in microseconds",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected long newToken() {
                    return ChronoUnit.MICROS.between(Instant.EPOCH, now());
                  }
                }),
        backend(
            "LEASE-7 LEASE-4 LEASE-3 LEASE-1 LEASE-5",
            "an-attempt-extends-the-lease",
            "an acquisition that fails sets the end of the existing holding to its own end",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable Lease acquireLease(String name, Duration duration) {
                    synchronized (store) {
                      Lease granted = super.acquireLease(name, duration);
                      if (granted == null) {
                        Lease held = store.leases.get(name);
                        store.leases.put(name, new Lease(name, held.token(), now().plus(duration)));
                      }
                      return granted;
                    }
                  }
                }));
  }

  private static List<Stranger> durations() {
    return List.of(
        measured(
            "short-leases-are-over",
            "cuts durations to milliseconds, so that a shorter one ends at once",
            duration -> duration.truncatedTo(ChronoUnit.MILLIS)),
        measured(
            "milliseconds-in-an-int",
            "keeps durations as an int of milliseconds, so that one of 25 days is negative",
            duration -> {
              int millis = (int) duration.toMillis();
              return duration.toDays() < 20 ? duration : Duration.ofMillis(millis);
            }));
  }

  private static Stranger measured(
      String name, String defect, java.util.function.UnaryOperator<Duration> measure) {
    return over(
        "LEASE-1 LEASE-3 LEASE-7 LEASE-5",
        name,
        defect,
        inner ->
            new Passing(inner) {
              @Override
              public @Nullable Lease acquireLease(String of, Duration duration) {
                return inner.acquireLease(of, measure.apply(duration));
              }

              @Override
              public @Nullable Lease renewLease(String of, long token, Duration duration) {
                return inner.renewLease(of, token, measure.apply(duration));
              }
            });
  }
}
