package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Condition;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Client that writes and reads until the fault is over, and a few times after it. */
final class FaultClient {
  /** Keeps histories short enough to check. */
  private static final int MOST = 60;

  private static final int BEFORE = 3;
  private static final int AFTER = 4;

  private final int number;
  private final Backend host;
  private final Recorder recorder;
  private final SplittableRandom random;
  private final boolean mayClear;
  private final CountDownLatch begun = new CountDownLatch(BEFORE);
  private final Map<String, Long> versions = new HashMap<>();
  private boolean hasCleared;

  FaultClient(
      int number, Backend host, Recorder recorder, SplittableRandom random, boolean mayClear) {
    this.number = number;
    this.host = host;
    this.recorder = recorder;
    this.random = random;
    this.mayClear = mayClear;
  }

  /** Waits until the client has begun. */
  void awaitBegun() throws InterruptedException {
    if (!begun.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("client " + number + " does not begin");
    }
  }

  /**
   * Makes calls until the fault is over, and then until enough calls were answered.
   *
   * @param goesOnAfter whether to continue after the fault
   */
  List<Operation> play(CountDownLatch over, BooleanSupplier goesOnAfter)
      throws InterruptedException {
    List<Operation> operations = new ArrayList<>();
    int after = 0;
    while (after < AFTER) {
      boolean isOver = over.getCount() == 0;
      if (isOver && !goesOnAfter.getAsBoolean()) {
        break;
      }
      if (!isOver && operations.size() >= MOST) {
        over.await(120, TimeUnit.SECONDS);
        continue;
      }
      Operation operation = recorder.record(number, host, next());
      see(operation);
      operations.add(operation);
      begun.countDown();
      boolean isAnswered =
          !(operation.answer() instanceof Answer.NotApplied
              || operation.answer() instanceof Answer.Unknown);
      after += isOver && isAnswered ? 1 : 0;
    }
    return operations;
  }

  private Call next() {
    int kind = random.nextInt(40);
    if (mayClear && !hasCleared && kind == 0) {
      hasCleared = true;
      return new Call.Clear();
    } else if (kind < 14) {
      return new Call.Put(List.of(put(), change(), change()));
    } else if (kind < 20) {
      String type = type();
      String id = id();
      long version = versions.getOrDefault(type + '/' + id, 0L);
      Condition condition = version == 0 ? Condition.ABSENT : Condition.version(version);
      return new Call.Put(List.of(put(), Write.put(type, id, payload()).when(condition)));
    } else if (kind < 26) {
      return new Call.Get(type(), id());
    } else if (kind < 30) {
      return new Call.ListTypes();
    } else if (kind < 34) {
      return new Call.TakeSnapshot(random.nextBoolean() ? Selection.all() : Selection.ofType("t1"));
    } else if (kind < 37) {
      return new Call.ReadVersions();
    }
    return new Call.SetOptions(
        random.nextBoolean() ? "t3" : "t4", TypeOptions.NONE.withCapacity(random.nextInt(1, 4)));
  }

  private void see(Operation operation) {
    List<StoredRecord> seen = new ArrayList<>();
    if (operation.answer() instanceof Answer.Stored stored) {
      seen.addAll(stored.result().records());
    } else if (operation.answer() instanceof Answer.Found found) {
      StoredRecord live = found.live();
      if (live != null) {
        seen.add(live);
      }
    }
    for (StoredRecord record : seen) {
      versions.put(
          record.type() + '/' + record.id(), record.deleted() ? 0L : (Long) record.version());
    }
  }

  private Write change() {
    return random.nextInt(3) == 0 ? Write.delete(type(), id()) : put();
  }

  private Write put() {
    return Write.put(type(), id(), payload());
  }

  private Bytes payload() {
    return Bytes.utf8(number + "-" + Long.toHexString(random.nextLong()));
  }

  private String type() {
    return "t" + random.nextInt(5);
  }

  private String id() {
    return "id" + random.nextInt(4);
  }
}
