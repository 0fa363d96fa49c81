package io.databroker.inmemory;

import io.databroker.api.BackendState;
import io.databroker.api.StorageFullException;
import io.databroker.api.Write;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the heap bounded: trims history early when it outgrows its budget, and rejects writes for
 * which the live records leave no room.
 *
 * <p>Two bounds hold. The history may use {@code mostHistory} bytes; records, history, options and
 * leases together may use {@code most}. A write first trims history to make room, oldest batches
 * first. It is rejected, with storage-full, only if the live records leave no room. Deletes are
 * always accepted.
 */
final class Room {
  private static final System.Logger LOG = System.getLogger(Room.class.getName());
  private static final long LOG_EVERY = TimeUnit.MINUTES.toNanos(1);
  private static final String REMEDY =
      "delete records, or give the JVM a larger heap (-Xmx) or the backend a larger memoryBytes";

  private final long most;
  private final long mostHistory;

  /** Bytes of all leases; guarded by the lease table's monitor, read by anyone. */
  private volatile long leases;

  /** Bytes that the last rejected write needed; 0 once a write is accepted again. */
  private volatile long rejected;

  /** Changes trimmed early: in total, and since the last run of {@link #tell}. */
  private final AtomicLong trimmed = new AtomicLong();

  private final AtomicLong untold = new AtomicLong();

  // Guarded by this.
  private long lastLogged = System.nanoTime() - LOG_EVERY;
  private long unlogged;

  Room(long most, long mostHistory) {
    this.most = most;
    this.mostHistory = Math.min(most, mostHistory);
  }

  /** Returns the bounds for these settings, in bytes; 0 means a share of the heap. */
  static Room shareOfHeap(long memoryBytes, long historyBytes) {
    long most = memoryBytes == 0 ? Runtime.getRuntime().maxMemory() / 2 : memoryBytes;
    return new Room(most, historyBytes == 0 ? most / 4 : historyBytes);
  }

  /**
   * Makes room for the writes of a batch, under the writers' lock.
   *
   * @throws StorageFullException if the live records leave no room for its puts
   */
  void make(InMemoryBackend backend, History history, List<Write> batch) {
    Usage usage = history.usage;
    long adding = Usage.of(batch);
    long left = most - leases - usage.live() - adding;
    if (left < 0 && adding > 0) {
      throw full(usage, adding);
    }
    if (adding > 0 && rejected != 0) {
      rejected = 0;
    }
    if (usage.dead() > Math.min(mostHistory, left)) {
      trim(backend, history, Math.min(mostHistory, left));
    }
  }

  /** Brings the history back to its bounds before a batch that only deletes. */
  void make(InMemoryBackend backend, History history) {
    make(backend, history, List.of());
  }

  /**
   * Checks that the live records leave room for other state, such as options.
   *
   * @throws StorageFullException if they do not
   */
  void check(History history, long adding) {
    if (adding > 0 && most - leases - history.usage.live() < adding) {
      throw full(history.usage, adding);
    }
  }

  /**
   * Sets the bytes of all leases, if they fit, under the lease table's monitor.
   *
   * @param more the bytes of the next lease
   * @throws StorageFullException if it does not fit
   */
  void lease(History history, long held, long more) {
    leases = held;
    check(history, more);
  }

  private StorageFullException full(Usage usage, long adding) {
    rejected = adding;
    return new StorageFullException(
        "records, types, options and leases hold about "
            + (usage.live() + leases)
            + " of "
            + most
            + " bytes, and "
            + adding
            + " more do not fit; "
            + REMEDY,
        null);
  }

  private void trim(InMemoryBackend backend, History history, long target) {
    // Somewhat more than needed, so that not every write has to trim.
    long dropped = new Trim(backend).toFit(history, Math.max(0, target - mostHistory / 8));
    trimmed.addAndGet(dropped);
    untold.addAndGet(dropped);
  }

  /** Signals the feeds that early trims concern, and logs them. Call it without any lock. */
  void tell(InMemoryBackend backend) {
    if (untold.get() == 0) {
      return;
    }
    long dropped = untold.getAndSet(0);
    if (dropped == 0) {
      return;
    }
    backend.endTrim();
    synchronized (this) {
      unlogged += dropped;
      long now = System.nanoTime();
      if (now - lastLogged < LOG_EVERY) {
        return;
      }
      lastLogged = now;
      dropped = unlogged;
      unlogged = 0;
    }
    LOG.log(
        Level.WARNING,
        "The history reached its budget of {0} bytes: {1} changes were trimmed early, and "
            + "readers that had not read them fail with history-trimmed. Set a larger "
            + "historyBytes, or keep changes"
            + " for a shorter time.",
        Long.toString(mostHistory),
        Long.toString(dropped));
  }

  /** Returns the numbers of {@link io.databroker.api.Backend#counters}. */
  Map<String, Long> counters(History history) {
    return Map.of(
        "memory.bytes",
        history.usage.live() + history.usage.dead() + leases,
        "memory.bound.bytes",
        most,
        "history.bytes",
        history.usage.dead(),
        "history.bound.bytes",
        mostHistory,
        "history.trimmed.early",
        trimmed.get());
  }

  BackendState state(History history) {
    long asked = rejected;
    long free = most - leases - history.usage.live();
    return asked == 0 || free >= asked
        ? BackendState.SERVING
        : BackendState.degraded(
            BackendState.Reason.STORAGE_FULL,
            "a write of "
                + asked
                + " bytes was rejected; records, types, options and leases leave "
                + Math.max(0, free)
                + " of "
                + most
                + " bytes free; "
                + REMEDY);
  }
}
