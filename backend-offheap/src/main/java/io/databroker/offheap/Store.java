package io.databroker.offheap;

import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.StorageFailedException;
import io.databroker.api.Versions;
import io.databroker.api.support.Extraction;
import io.databroker.api.support.LeaseTable;
import io.databroker.api.support.WaitingFeeds;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Journal;
import io.databroker.offheap.journal.JournalHost;
import io.databroker.offheap.journal.JournalOwner;
import io.databroker.offheap.journal.Progress;
import io.databroker.offheap.journal.Publisher;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.SideState;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.Waker;
import io.databroker.offheap.memory.DirectoryLostException;
import io.databroker.offheap.memory.Guard;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** State that the parts of an open store share: the lock, the history, the journal. */
final class Store implements JournalHost {
  final InstantSource clock;

  /** Measures the duration of leases, without the steps of the system clock. */
  final LeaseClock durations;

  final Extraction extractor;
  final OffheapSettings settings;
  final Guard guard = new Guard("off-heap backend");
  final ReentrantLock writing = new ReentrantLock();
  final WaitingFeeds feeds;
  final LeaseTable leases = new LeaseTable();
  final Journal journal;
  final Publisher publisher;

  /** Checks that the directory still exists; set before the store is used. */
  Presence presence = () -> {};

  /** Checks that the place of a store is still there. */
  interface Presence {
    void check() throws IOException;
  }

  /** Reserves room for a full disk, given the bytes in the journal; set before first use. */
  LongConsumer restock = bytes -> {};

  volatile History history;

  /** Cleared histories that a snapshot may still hold. */
  final Set<History> ended = ConcurrentHashMap.newKeySet();

  Store(
      BackendContext context,
      OffheapSettings settings,
      Spaces spaces,
      Progress progress,
      long serverVersion,
      Uptime uptime) {
    this.clock = context.clock();
    this.durations = new LeaseClock(context.clock(), uptime);
    this.extractor = new Extraction(context.extractor());
    this.settings = settings;
    this.feeds = new WaitingFeeds(context.notifier());
    this.journal = new Journal(spaces, settings.segmentBytes());
    this.publisher =
        new Publisher(
            settings.forces(),
            context.callTimeout(),
            new Waker(feeds::mayWait, feeds::wake),
            progress,
            spaces,
            System::nanoTime);
    this.history = newHistory(serverVersion, 0);
  }

  /** Returns an empty history that begins after the given version. */
  History newHistory(long serverVersion, long version) {
    return new History(serverVersion, version, settings, this::state);
  }

  /** Returns the bounds of the current history. */
  Versions versions() {
    guard.checkOpen();
    return history.versions();
  }

  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  @Override
  public Guard guard() {
    return guard;
  }

  @Override
  public ReentrantLock writing() {
    return writing;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public Publisher publisher() {
    return publisher;
  }

  @Override
  public JournalOwner owner() {
    return history;
  }

  private SideState state(History now) {
    leases.sweep(durations.elapsing());
    Commit planned = now.planned;
    return new SideState(
        now.serverVersion,
        planned.version(),
        planned.first(),
        planned.checkpoint(),
        leases.lastToken(),
        leases.all(),
        planned.options().asMap(),
        durations.toWrite());
  }

  /**
   * Runs a write under the lock, and returns when everything it wrote or read is as durable as
   * promised. Adds the written types to {@code written}.
   */
  <T extends @Nullable Object> T write(List<TypeTable> written, Function<History, T> operation) {
    extractor.checkOutside();
    long ticket = 0;
    boolean wrote = false;
    boolean entered = false;
    try {
      int inside = guard.enter();
      try {
        writing.lock();
        try {
          guard.checkOpen();
          entered = true;
          long sequence = journal.lastSequence();
          try {
            history.settle();
            return operation.apply(history);
          } catch (StorageFailedException failed) {
            if (failed.getCause() instanceof DirectoryLostException lost) {
              publisher.fail(lost);
            }
            throw failed;
          } finally {
            wrote = journal.lastSequence() != sequence;
            ticket = publisher.ticket();
          }
        } finally {
          writing.unlock();
        }
      } finally {
        guard.exit(inside);
      }
    } finally {
      if (entered) {
        wake(written);
        publisher.await(ticket, wrote);
      }
    }
  }

  /** Runs a write of no records. */
  <T extends @Nullable Object> T write(Function<History, T> operation) {
    return write(List.of(), operation);
  }

  /**
   * Wakes the feeds of types that a commit wrote to. Signals may run here, so the caller must hold
   * no lock and not be inside the guard.
   */
  void wake(List<TypeTable> written) {
    if (!publisher.forces() && !written.isEmpty() && feeds.mayWait()) {
      feeds.wake(written, table -> table.type);
    }
  }

  /** Appends one frame without records. */
  void append(History now, Frame.Kind kind, byte[] body) {
    publisher.checkWritable();
    journal.roomFor(kind == Frame.Kind.TRIM ? Spaces.RoomFor.UPKEEP : Spaces.RoomFor.WRITES);
    journal.reserve(now, Frame.HEADER + Frame.bodySize(body), 0);
    journal.frame.begin(kind, 0, 0);
    journal.frame.body(body);
    journal.append();
  }

  /** Publishes the frame that {@link #append} wrote. */
  void publish(History now, Commit next) {
    publish(now, next, List.of());
  }

  /** Publishes a batch that wrote to these types. */
  void publish(History now, Commit next, List<TypeTable> written) {
    now.planned = next;
    List<String> types =
        publisher.forces() ? written.stream().map(table -> table.type).toList() : List.of();
    publisher.publish(() -> now.commit = next, now.directory, journal.active(), types);
  }

  /** Returns whether the store serves, and if not fully, why not. */
  BackendState state() {
    return StoreState.of(publisher.failure(), journal.refused(), damage());
  }

  /** Returns the known damage of the journal, in words; empty if there is none. */
  private String damage() {
    for (Segment segment : history.directory.all()) {
      if (segment.damage.isKnown()) {
        return segment.damage.inWords();
      }
    }
    return "";
  }

  /**
   * Checks that a later open would find the files of the store. If not, all further writes fail.
   */
  void checkThere() {
    int inside = guard.enter();
    try {
      if (!publisher.hasFailed()) {
        presence.check();
        for (Segment segment : history.directory.all()) {
          if (!segment.isCompacted() && !segment.space.isThere() && isCurrent(segment)) {
            throw new DirectoryLostException(segment.space.name());
          }
        }
      }
    } catch (IOException lost) {
      publisher.fail(lost);
    } finally {
      guard.exit(inside);
    }
  }

  /**
   * Refills the reserve after a full disk, as far as the disk has room. After a failure the
   * directory may be that of another store.
   */
  void restock() {
    if (publisher.hasFailed()) {
      return;
    }
    int inside = guard.enter();
    try {
      restock.accept(history.directory.all().stream().mapToLong(segment -> segment.end).sum());
    } finally {
      guard.exit(inside);
    }
  }

  /** Returns whether the segment is still current: no compaction or clear has replaced it. */
  private boolean isCurrent(Segment segment) {
    return history.directory.all().contains(segment);
  }

  /** Frees all memory; the store must not be used afterwards. */
  void free() {
    ended.forEach(History::free);
    history.free();
  }
}
