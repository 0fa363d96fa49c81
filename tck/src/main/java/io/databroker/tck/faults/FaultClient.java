package io.databroker.tck.faults;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Selection;
import io.databroker.api.Write;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Client that calls a backend before, during and after a fault. Each payload that it writes is
 * unique.
 *
 * <p><b>Thread-safety:</b> one thread runs it; others read its results after that thread has ended.
 */
final class FaultClient {
  private static final int MOST_CALLS_A_PHASE = 40;
  private static final long PAUSE_NANOS = 2_000_000;
  private static final long PAUSE_AFTER_FAILURE_NANOS = 25_000_000;

  private final int number;
  private final Backend backend;
  private final Recorder recorder;
  private final SplittableRandom random;
  private final AtomicInteger phase;
  private final List<Operation> operations = new ArrayList<>();
  private Duration longest = Duration.ZERO;
  private String slowest = "";
  private int written;

  FaultClient(
      int number,
      Backend backend,
      Recorder recorder,
      SplittableRandom random,
      AtomicInteger phase) {
    this.number = number;
    this.backend = backend;
    this.recorder = recorder;
    this.random = random;
    this.phase = phase;
  }

  /** Calls until the phase is negative. */
  void run() {
    int seen = phase.get();
    int calls = 0;
    while (phase.get() >= 0) {
      if (phase.get() != seen) {
        seen = phase.get();
        calls = 0;
      }
      if (calls++ < MOST_CALLS_A_PHASE) {
        Operation operation = record(next());
        boolean failed =
            operation.answer() instanceof Answer.NotApplied
                || operation.answer() instanceof Answer.Unknown;
        LockSupport.parkNanos(failed ? PAUSE_AFTER_FAILURE_NANOS : PAUSE_NANOS);
      } else {
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
      }
    }
  }

  private Operation record(Call call) {
    long start = RunningTime.nanos();
    Operation operation = recorder.record(number, backend, call);
    Duration took = Duration.ofNanos(RunningTime.nanos() - start);
    if (took.compareTo(longest) > 0) {
      longest = took;
      slowest = call.getClass().getSimpleName();
    }
    operations.add(operation);
    return operation;
  }

  private Call next() {
    String type = "t" + random.nextInt(3);
    int kind = random.nextInt(10);
    if (kind < 5) {
      List<Write> batch = new ArrayList<>();
      batch.add(Write.put(type, "id" + random.nextInt(4), payload()));
      if (random.nextBoolean()) {
        batch.add(Write.put("t" + random.nextInt(3), "id" + random.nextInt(4), payload()));
      }
      return new Call.Put(batch);
    }
    return kind < 8
        ? new Call.Get(type, "id" + random.nextInt(4))
        : kind < 9 ? new Call.ListTypes() : new Call.TakeSnapshot(Selection.all());
  }

  private Bytes payload() {
    return Bytes.utf8("client " + number + ", " + ++written);
  }

  List<Operation> operations() {
    return operations;
  }

  Duration longest() {
    return longest;
  }

  String slowest() {
    return slowest;
  }
}
