package io.databroker.tck.scripts;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.api.ClearResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.TestClock;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.text.Texts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the steps of one script on a new backend, and checks each answer. */
final class Session implements AutoCloseable {
  /** Number of steps between two checks of the whole state, which are expensive. */
  private static final int SELDOM = 8;

  final Bench bench;
  final Reference reference;
  final boolean turnable;
  private final int place;
  private final List<String> java = new ArrayList<>();
  private final Reads reads;
  private final Snapshots snapshots;
  private final Writes writes;
  private final Evictions evictions;
  private final Feeds feeds;
  private final Leases leases;
  private Backend backend;
  private int steps;
  private boolean interrupt;

  /** True if only the answer of the step itself is judged, so that the next step follows soon. */
  private final boolean quick;

  Session(Bench bench, int place) {
    this(bench, place, false);
  }

  Session(Bench bench, int place, boolean quick) {
    this.quick = quick;
    this.bench = bench;
    this.place = place;
    this.turnable = bench.has(Capability.TURNABLE_CLOCK);
    bench.clock.set(TestClock.START.truncatedTo(ChronoUnit.MICROS));
    this.backend = bench.open(place, bench.context());
    Versions versions = backend.versions();
    if (versions.latest() != 0 || versions.earliest() != 1 || versions.serverVersion() == 0) {
      throw new Mismatch("VER-1", "a new store must begin at version 0, but returned " + versions);
    }
    this.reference = new Reference(versions.serverVersion(), TestFields.FIRST);
    this.reads = new Reads(this);
    this.snapshots = new Snapshots(this);
    this.writes = new Writes(this);
    this.evictions = new Evictions(this);
    this.feeds = new Feeds(this);
    this.leases = new Leases(this);
  }

  Backend backend() {
    return backend;
  }

  /** The calls so far, as Java. */
  List<String> java() {
    return java;
  }

  /** Records a line of Java before it runs. */
  void note(String line) {
    java.add(line);
  }

  /** Returns the time of a write made now. */
  Instant now() {
    return bench.now().truncatedTo(ChronoUnit.MICROS);
  }

  /** A call that may return null. */
  interface Search<T> {
    @Nullable T run();
  }

  /** Makes a call, interrupted if the previous step says so. */
  <T> T call(Supplier<T> call) {
    return Objects.requireNonNull(find(call::get));
  }

  /** Makes a call that returns nothing, interrupted if the previous step says so. */
  void run(Runnable call) {
    call(
        () -> {
          call.run();
          return true;
        });
  }

  /** Makes a call that may return null, interrupted if the previous step says so. */
  <T> @Nullable T find(Search<T> call) {
    boolean interrupted = interrupt;
    interrupt = false;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    boolean still;
    @Nullable T answer;
    try {
      answer = call.run();
    } finally {
      still = Thread.interrupted();
    }
    if (interrupted && !still) {
      throw new Mismatch("ERR-4", "the interrupt flag of the calling thread is lost");
    }
    return answer;
  }

  void run(Step step) throws InterruptedException {
    steps++;
    leases.beforeStep();
    if (step instanceof Step.Put put) {
      writes.put(put);
    } else if (step instanceof Step.Many many) {
      writes.many(many);
    } else if (step instanceof Step.ManyTypes many) {
      writes.manyTypes(many);
    } else if (step instanceof Step.Wide wide) {
      writes.wide(wide);
    } else if (step instanceof Step.Rejected rejected) {
      new Rejections(this).put(rejected);
    } else if (step instanceof Step.Restore restore) {
      new Restores(this).restore(restore);
    } else if (step instanceof Step.SetOptions set) {
      evictions.setOptions(set);
    } else if (step instanceof Step.Expire) {
      evictions.expire();
    } else if (step instanceof Step.Trim trim) {
      trim(trim);
    } else if (step instanceof Step.Clear) {
      clear();
    } else if (step instanceof Step.Reopen) {
      reopen();
    } else if (step instanceof Step.Turn turn) {
      turn(turn);
    } else if (step instanceof Step.Interrupt) {
      note("Thread.currentThread().interrupt(); // before the next call");
      interrupt = true;
      return;
    } else if (!leases.run(step) && !feeds.run(step) && !snapshots.run(step)) {
      reads.run(step);
    }
    Thread.interrupted();
    if (quick) {
      return;
    }
    reads.versions();
    feeds.checkSignals();
    if (steps % SELDOM == 0) {
      reads.state();
    }
  }

  /** Checks the whole state at the end. */
  void end() throws InterruptedException {
    interrupt = false;
    reads.state();
    reads.each(snapshots.everything());
    feeds.drainAll();
  }

  private void turn(Step.Turn turn) {
    if (turnable) {
      note("clock.turn(Duration.ofNanos(" + turn.by().toNanos() + "L));");
      bench.clock.turn(turn.by());
    }
  }

  private void trim(Step.Trim trim) {
    if (reference.log.isEmpty()) {
      return;
    }
    List<StoredRecord> batch = reference.log.get(trim.which() % reference.log.size());
    Instant before = Reference.timeOf(batch).plusNanos(trim.nanos());
    if (before.isBefore(Instant.EPOCH)) {
      return;
    }
    note("backend.trim(Instant.parse(\"" + before + "\"));");
    feeds.beforeTrim();
    long dropped = call(() -> backend.trim(before));
    long expected = reference.trim(before);
    if (dropped != expected) {
      throw new Mismatch(
          "TRIM-1", "trim(" + before + "): expected " + expected + " dropped, but was " + dropped);
    }
    feeds.afterTrim();
    judge("TRIM-2", reads::state);
  }

  private void clear() {
    note("backend.clear();");
    ClearResult result = call(backend::clear);
    if (result.oldServerVersion() != reference.serverVersion
        || result.newServerVersion() == 0
        || result.newServerVersion() == reference.serverVersion
        || reference.formerHistories.contains(result.newServerVersion())) {
      throw new Mismatch(
          "CLEAR-3", "clear of history " + reference.serverVersion + " answered " + result);
    }
    reference.clear(result.newServerVersion());
    judge(backend.versions().latest() == reference.latest ? "VER-5" : "CLEAR-4", reads::versions);
    judge("CLEAR-1", reads::state);
  }

  /** Judges the state after a call; a wrong state breaks the rule of that call. */
  private void judge(String rule, Runnable look) {
    if (quick) {
      return;
    }
    try {
      look.run();
    } catch (Mismatch mismatch) {
      throw new Mismatch(rule, mismatch.words(), mismatch);
    }
  }

  /** Returns whether this step also looks at the records that it writes, before and after. */
  boolean looks() {
    return steps % 3 == 0 && !quick;
  }

  /** Returns whether writes are also judged by the changes that feeds deliver. */
  boolean looksAtFeeds() {
    return !quick;
  }

  /** Judges a get that is not a step of its own. */
  void look(String type, String id) {
    reads.same(type, id, "GET-1");
  }

  private void reopen() throws InterruptedException {
    note("backend.close();");
    snapshots.beforeClose();
    run(backend::close);
    feeds.backendClosed();
    feeds.checkSignals();
    feeds.signalsAfterClose();
    feeds.drainAll();
    snapshots.backendClosed();
    bench.forget(backend);
    note("backend = open();");
    backend = bench.open(place, bench.context());
    Versions versions = backend.versions();
    if (!bench.has(Capability.DURABLE)) {
      if (versions.serverVersion() == reference.serverVersion) {
        throw new Mismatch("CAPA-2", "a reopened store that is not durable has the same history");
      }
      reference.forget(versions.serverVersion());
    } else if (versions.serverVersion() != reference.serverVersion) {
      throw new Mismatch(
          "VER-7",
          Texts.format(
              "reopened: expected history %d, but was %d",
              reference.serverVersion, versions.serverVersion()));
    }
    feeds.forget();
    snapshots.forget();
    String rule = bench.has(Capability.DURABLE) ? "CAPA-1" : "CAPA-2";
    judge(bench.has(Capability.DURABLE) ? "VER-7" : "CAPA-2", reads::versions);
    judge(rule, reads::state);
  }

  /** Reads the changes of a feed from there to the end. */
  List<List<StoredRecord>> told(long from) throws InterruptedException {
    return feeds.told(from);
  }

  static String javaOf(TypeOptions options) {
    StringBuilder text = new StringBuilder("TypeOptions.NONE");
    if (options.capacity() != null) {
      text.append(".withCapacity(").append(options.capacity()).append(')');
    }
    if (options.ttl() != null) {
      text.append(".withTtl(Duration.ofNanos(").append(options.ttl().toNanos()).append("L))");
    }
    if (!options.indexedFields().isEmpty()) {
      text.append(".withIndexedFields(");
      text.append(String.join(", ", options.indexedFields().stream().map(Names::java).toList()));
      text.append(')');
    }
    return text.toString();
  }

  static String key(String type, String id) {
    return Names.java(type) + ", " + Names.java(id);
  }

  @Override
  public void close() {
    feeds.forget();
    snapshots.forget();
    backend.close();
    bench.forget(backend);
  }
}
