package io.databroker.tck.chapters;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.BenchUser;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.engine.Signal;
import io.databroker.tck.junit.KitExtension;
import io.databroker.tck.junit.RuleNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Base of the chapters of the contract.
 *
 * <p><b>Thread-safety:</b> none; JUnit uses each instance on one thread.
 */
@ExtendWith(KitExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
@Execution(ExecutionMode.SAME_THREAD)
@DisplayNameGeneration(RuleNames.class)
abstract class Chapter implements BenchUser {
  /** A backend may be that many times slower for a while, on a busy machine. */
  static final int SLOWER = 10;

  Bench bench;

  private @Nullable Backend backend;

  @SuppressWarnings("NullAway.Init") // the extension sets the bench before each test
  Chapter() {}

  @Override
  public final void use(Bench given) {
    bench = given;
    backend = null;
  }

  /** The test's backend. */
  final Backend backend() {
    if (backend == null) {
      backend = bench.open(0, bench.context());
    }
    return backend;
  }

  /** Opens another backend of the same store. */
  final Backend secondHandle() {
    backend();
    return bench.open(0, bench.context());
  }

  /** Closes the test's backend and opens it again. */
  final Backend reopen() {
    return reopen(bench.context());
  }

  final Backend reopen(BackendContext context) {
    backend().close();
    backend = bench.open(0, context);
    return backend;
  }

  final boolean has(Capability capability) {
    return bench.has(capability);
  }

  final void pass(Duration time) {
    bench.pass(time);
  }

  final Duration span() {
    return bench.span();
  }

  /** Returns the current time, cut to the microsecond like the times of writes. */
  final Instant now() {
    return bench.now().truncatedTo(java.time.temporal.ChronoUnit.MICROS);
  }

  static Write write(String type, String id, String payload) {
    return Write.put(type, id, Bytes.utf8(payload));
  }

  static Write delete(String type, String id) {
    return Write.delete(type, id);
  }

  /** Puts these writes as one batch. */
  final List<StoredRecord> put(Write... batch) {
    return put(List.of(batch));
  }

  /** Puts these writes as one batch. */
  final List<StoredRecord> put(List<Write> batch) {
    return backend().put(batch).records();
  }

  /** Returns a changeable list of writes; the function makes each from its index. */
  static List<Write> batch(int count, IntFunction<Write> write) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(write).toList());
  }

  /** Puts a single record of the given type and id, with an arbitrary payload. */
  final StoredRecord put(String type, String id) {
    return put(write(type, id, "payload of " + id)).get(0);
  }

  /** Puts these ids of the given type, each in its own batch. */
  final void putEach(String type, String... ids) {
    for (String id : ids) {
      put(type, id);
    }
  }

  /** Returns the live record of the given key; fails if there is none. */
  final StoredRecord found(String type, String id) {
    StoredRecord found = backend().get(type, id);
    return found != null ? found : fail("there is no live record (" + type + ", " + id + ")");
  }

  /** Acquires the lease of the given name, which must be free. */
  final Lease acquired(String name, Duration duration) {
    Lease lease = backend().acquireLease(name, duration);
    return lease != null ? lease : fail("nobody holds " + name + ", but it is not granted");
  }

  /** Returns the next answer of a feed that has one now. */
  static Changes said(ChangeFeed feed) {
    Changes said = feed.poll();
    return said != null ? said : fail("poll answers null, although the feed has changes");
  }

  final void capacity(String type, long records) {
    backend().setOptions(type, TypeOptions.NONE.withCapacity(records));
  }

  /** Returns the records of a new snapshot. */
  final Set<StoredRecord> records(Selection selection) {
    try (Snapshot snapshot = backend().snapshot(selection)) {
      return all(snapshot);
    }
  }

  /** Returns the records of a snapshot; fails if one occurs twice. */
  static Set<StoredRecord> all(Snapshot snapshot) {
    Set<StoredRecord> records = new HashSet<>();
    snapshot
        .records()
        .forEachRemaining(
            record -> {
              if (!records.add(record)) {
                fail("the snapshot holds " + record + " twice");
              }
            });
    return records;
  }

  /** Returns the ids of a type's live records. */
  final Set<String> ids(String type) {
    Set<String> ids = new HashSet<>();
    records(Selection.ofType(type)).forEach(record -> ids.add(record.id()));
    return ids;
  }

  static Set<String> setOf(String... elements) {
    return new HashSet<>(Arrays.asList(elements));
  }

  /** Returns the position at the beginning of the history that is held. */
  final Position begin() {
    return backend().versions().begin();
  }

  /** Returns the position at the end of the history. */
  final Position end() {
    return backend().versions().end();
  }

  /** Returns the changes of a new feed from a position to the last version. */
  final List<Changes> feed(Position from, @Nullable String type) {
    try (ChangeFeed feed = backend().changes(from, type)) {
      return read(feed, from.version(), backend().versions().latest());
    }
  }

  /** Returns all changes of all types that a feed delivers after a position. */
  final List<StoredRecord> changes(Position from) {
    return records(feed(from, null));
  }

  static List<StoredRecord> records(List<Changes> answers) {
    return answers.stream().flatMap(changes -> changes.records().stream()).toList();
  }

  /** Returns the changes of a feed from {@code from} up to a version, which must be the last. */
  final List<Changes> read(ChangeFeed feed, long from, long upTo) {
    List<Changes> told = new ArrayList<>();
    long reached = from;
    while (Long.compareUnsigned(reached, upTo) < 0) {
      Changes next = next(feed);
      told.add(next);
      reached = next.position().version();
    }
    assertNull(feed.poll(), "there is no change after the last version");
    return told;
  }

  /** Waits for the next answer of a feed; fails if none comes. */
  final Changes next(ChangeFeed feed) {
    long deadline = RunningTime.nanos() + bench.tuning.patience().toNanos();
    while (true) {
      Changes next = feed.poll();
      if (next != null) {
        return next;
      }
      if (RunningTime.nanos() > deadline) {
        return fail("the feed signals, but its poll returns null");
      }
      Signal signal = new Signal(bench.tuning.patience());
      feed.onReady(signal);
      signal.await("the feed's signal");
    }
  }

  /** Polls until null, and sets a signal. */
  final Signal waitOn(ChangeFeed feed) {
    Changes last = null;
    for (Changes next = feed.poll(); next != null; next = feed.poll()) {
      boolean moves = last == null || !last.position().equals(next.position());
      assertTrue(moves, "a feed answers twice with the position " + next.position());
      last = next;
    }
    Signal signal = new Signal(bench.tuning.patience());
    feed.onReady(signal);
    return signal;
  }

  /** Runs a call on another thread; fails as the call does, or if it does not end in time. */
  final void inTime(String what, Runnable call) {
    inTime(what, bench.tuning.patience(), call);
  }

  /**
   * Runs many calls on another thread; fails if they take far longer than calls of the same kind
   * took before.
   *
   * @param before how long some such calls took while nothing could delay them
   * @param times how many times as many calls these are
   */
  final void notSlower(String what, Duration before, int times, Runnable calls) {
    inTime(
        what, bench.tuning.patience().plus(before.multipliedBy(SLOWER).multipliedBy(times)), calls);
  }

  /** Returns how long work takes. */
  static Duration timeOf(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void inTime(String what, Duration bound, Runnable work) {
    Signal done = new Signal(bound);
    FutureTask<Void> task =
        new FutureTask<>(work, null) {
          @Override
          protected void done() {
            done.run();
          }
        };
    KitThreads.start(what, task);
    done.await(what);
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause(); // a Runnable throws nothing else
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted after the end of: " + what, e);
    }
  }

  static <T extends DatabrokerException> T failsWith(Class<T> error, Executable call) {
    return assertThrows(error, call);
  }
}
