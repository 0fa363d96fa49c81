package io.databroker.host.cache;

import io.databroker.api.DatabrokerException;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.retry.Backoff;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Copy of all live records of one type on the heap, kept current by the feed. Reads never call the
 * backend. They may lag behind it; {@link #await} waits for a version.
 *
 * <pre>{@code
 * try (TypedCache<Car> cars = TypedCache.open(new TypedRecords<>(backend, "car", codec))) {
 *   TypedRecord<Car> seven = cars.get("7");
 * }
 * }</pre>
 *
 * <p>After a clear, a trim that overtook the feed, or a failure of the backend, the cache reads a
 * new snapshot or opens a new feed, and retries with growing pauses. Until that succeeds it keeps
 * its last content, and {@link #failure} returns the error. Only {@link #close} and a close of the
 * backend end it.
 *
 * <p>A cache takes one daemon thread. The whole type is on the heap: use it for types that fit.
 *
 * <p><b>Thread-safety:</b> any thread may call any method.
 *
 * @param <T> type of the values, which should be immutable
 */
public final class TypedCache<T> implements AutoCloseable {
  private final CacheFollower<T> follower;

  private TypedCache(CacheFollower<T> follower) {
    this.follower = follower;
  }

  /**
   * Reads all live records and follows their changes from then on.
   *
   * @throws DatabrokerException if the backend fails before all records are read
   */
  public static <T> TypedCache<T> open(TypedRecords<T> records) {
    return open(records, changes -> {});
  }

  /**
   * Reads all live records, follows their changes, and notifies a listener, batch by batch and in
   * order. The listener first gets all live records as one list, before this method returns, if
   * there are any. Later calls come from the thread of the cache, after the change is visible here.
   * A listener that throws is logged and gets the next changes.
   *
   * @throws DatabrokerException if the backend fails before all records are read
   */
  public static <T> TypedCache<T> open(
      TypedRecords<T> records, Consumer<List<CacheChange<T>>> listener) {
    return open(records, listener, Backoff.standard());
  }

  static <T> TypedCache<T> open(
      TypedRecords<T> records, Consumer<List<CacheChange<T>>> listener, Backoff backoff) {
    CacheFollower<T> follower =
        new CacheFollower<>(
            Objects.requireNonNull(records, "records"),
            Objects.requireNonNull(listener, "listener"),
            backoff);
    follower.start();
    return new TypedCache<>(follower);
  }

  /** Returns the record with the given id, or null if the cache holds no live one. */
  public @Nullable TypedRecord<T> get(String id) {
    return follower.content().get(id);
  }

  /** Returns all records, consistent at one version. Copies them. */
  public CacheView<T> view() {
    return follower.content().view();
  }

  /**
   * Waits until the cache shows the write with the given version, such as a write of the caller.
   *
   * @return whether it does; false after {@code atMost}, and after the end of the cache
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public boolean await(long version, Duration atMost) throws InterruptedException {
    return follower.content().await(version, atMost, follower::hasEnded);
  }

  /** Returns the error that stopped the updates of the cache, or null while it follows the feed. */
  public @Nullable RuntimeException failure() {
    return follower.failure();
  }

  /** Stops following the type, and wakes waiters; idempotent. The content stays readable. */
  @Override
  public void close() {
    follower.close();
  }
}
