package io.databroker.host.retry;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.ClosedException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Backend that repeats each call that fails with {@code unavailable}, after a pause. Such a call
 * was not applied (ERR-2), so the repetition never applies a write twice. All other errors, {@code
 * outcome-unknown} among them, reach the caller at once.
 *
 * <p>A caller waits through the pauses, for {@link Backoff#giveUpAfter} and one call at most. An
 * interrupt or {@link #close} ends the wait. Open feeds and snapshots are those of the backend;
 * their calls are not repeated, because a poll never waits.
 */
public final class RetryingBackend implements Backend {
  /** Waits for a pause. */
  interface Pause {
    /** Returns early, and true, after a close. */
    boolean await(Duration duration) throws InterruptedException;
  }

  private final Backend backend;
  private final Backoff backoff;
  private final LongSupplier nanos;
  private final Pause pause;
  private final CountDownLatch closed = new CountDownLatch(1);

  private RetryingBackend(Backend backend, Backoff backoff) {
    this.backend = Objects.requireNonNull(backend, "backend");
    this.backoff = Objects.requireNonNull(backoff, "backoff");
    this.nanos = System::nanoTime;
    this.pause = this::awaitClose;
  }

  RetryingBackend(Backend backend, Backoff backoff, LongSupplier nanos, Pause pause) {
    this.backend = backend;
    this.backoff = backoff;
    this.nanos = nanos;
    this.pause = pause;
  }

  /** Returns a backend that repeats calls of the given one; closing it closes that one. */
  public static Backend over(Backend backend, Backoff backoff) {
    return new RetryingBackend(backend, backoff);
  }

  private <T extends @Nullable Object> T repeat(Supplier<T> call) {
    long begun = nanos.getAsLong();
    for (int failures = 1; ; failures++) {
      try {
        return call.get();
      } catch (UnavailableException e) {
        Duration next = backoff.pause(failures, ThreadLocalRandom.current());
        Duration taken = Duration.ofNanos(nanos.getAsLong() - begun);
        if (taken.plus(next).compareTo(backoff.giveUpAfter()) > 0) {
          throw e;
        }
        try {
          if (pause.await(next)) {
            throw new ClosedException("backend");
          }
        } catch (InterruptedException interrupt) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }

  private boolean awaitClose(Duration duration) throws InterruptedException {
    return closed.await(TimeUnit.NANOSECONDS.convert(duration), TimeUnit.NANOSECONDS);
  }

  @Override
  public Versions versions() {
    return repeat(backend::versions);
  }

  @Override
  public PutResult put(List<Write> batch) {
    return repeat(() -> backend.put(batch));
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return repeat(() -> backend.restore(batch));
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    return this.<@Nullable StoredRecord>repeat(() -> backend.get(type, id));
  }

  @Override
  public List<String> listTypes() {
    return repeat(backend::listTypes);
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    return repeat(() -> backend.snapshot(selection));
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    return repeat(() -> backend.changes(from, type));
  }

  @Override
  public Map<String, TypeOptions> options() {
    return repeat(backend::options);
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    run(() -> backend.setOptions(type, options));
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    return this.<@Nullable Lease>repeat(() -> backend.acquireLease(name, duration));
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    return this.<@Nullable Lease>repeat(() -> backend.renewLease(name, token, duration));
  }

  @Override
  public boolean releaseLease(String name, long token) {
    return repeat(() -> backend.releaseLease(name, token));
  }

  @Override
  public long expire() {
    return repeat(backend::expire);
  }

  @Override
  public long trim(Instant before) {
    return repeat(() -> backend.trim(before));
  }

  @Override
  public ClearResult clear() {
    return repeat(backend::clear);
  }

  @Override
  public Checkpoint checkpoint() {
    return repeat(backend::checkpoint);
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    run(() -> backend.setCheckpoint(checkpoint));
  }

  @Override
  public Map<String, Long> counters() {
    return backend.counters();
  }

  @Override
  public BackendState state() {
    return backend.state();
  }

  @Override
  public void close() {
    closed.countDown();
    backend.close();
  }

  private void run(Runnable call) {
    repeat(
        () -> {
          call.run();
          return true;
        });
  }
}
