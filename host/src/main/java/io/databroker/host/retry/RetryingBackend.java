package io.databroker.host.retry;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.ClosedException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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
 * <p>A caller waits through the pauses: at most for {@link Backoff#giveUpAfter} and the time of one
 * call. An interrupt or {@link #close} ends the wait. Open feeds and snapshots are those of the
 * backend; their calls are not repeated, because a poll never waits.
 */
public final class RetryingBackend extends ForwardingBackend {
  /** Waits for a pause. */
  interface Pause {
    /** Waits for the pause. After a close it stops waiting, and returns true. */
    boolean await(Duration duration) throws InterruptedException;
  }

  private final Backoff backoff;
  private final LongSupplier nanos;
  private final Pause pause;
  private final CountDownLatch closed = new CountDownLatch(1);

  private RetryingBackend(Backend backend, Backoff backoff) {
    super(backend);
    this.backoff = Objects.requireNonNull(backoff, "backoff");
    this.nanos = System::nanoTime;
    this.pause = this::awaitClose;
  }

  RetryingBackend(Backend backend, Backoff backoff, LongSupplier nanos, Pause pause) {
    super(backend);
    this.backoff = backoff;
    this.nanos = nanos;
    this.pause = pause;
  }

  /**
   * Returns a backend that repeats calls of the given backend; closing it also closes the given
   * backend.
   */
  public static Backend over(Backend backend, Backoff backoff) {
    return new RetryingBackend(backend, backoff);
  }

  @Override
  protected <T extends @Nullable Object> T call(String method, Supplier<T> call) {
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
  public PutResult put(List<Write> batch) {
    return super.put(copied(batch));
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    return super.restore(copied(batch));
  }

  /** Returns the list as it is now: each attempt applies the same batch (ARG-3). */
  @SuppressWarnings("NullAway") // null, as the list or in it, is for the backend to refuse
  private static <E> List<E> copied(List<E> batch) {
    return batch == null ? batch : Collections.unmodifiableList(new ArrayList<>(batch));
  }

  @Override
  public Map<String, Long> counters() {
    return backend().counters();
  }

  @Override
  public BackendState state() {
    return backend().state();
  }

  @Override
  public void close() {
    closed.countDown();
    backend().close();
  }
}
