package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Register of the running calls of a backend, to notice and name a call that never returns.
 *
 * <p><b>Thread-safety:</b> safe for use by any thread.
 */
final class Calls {
  /** A call and the running time when it began. */
  private record Call(String name, long since) {}

  /**
   * Running call of one thread, which writes it; the watchdog reads it. One volatile write sets
   * both the name and the time, because a mismatch would be a false alarm.
   */
  private static final class Slot {
    private final Thread thread = Thread.currentThread();
    private volatile @Nullable Call running;

    /** The call that the watchdog saw last, and the processor time by then. */
    private @Nullable Call seen;

    private long computedBefore;

    /** Number of calls that have ended; read without synchronisation, as an estimate. */
    private long ended;
  }

  private final Queue<Slot> slots = new ConcurrentLinkedQueue<>();
  private final ThreadLocal<Slot> mine = ThreadLocal.withInitial(this::newSlot);
  private final Duration bound;

  /**
   * Creates an empty register.
   *
   * @param bound how long a call may run; calls that work through stored data get three times that
   */
  Calls(Duration bound) {
    this.bound = bound;
  }

  private Slot newSlot() {
    Slot slot = new Slot();
    slots.add(slot);
    return slot;
  }

  /** Runs a call of the given name and records its beginning. */
  <T> T call(String name, Supplier<T> body) {
    return Objects.requireNonNull(find(name, body), name + " answered null");
  }

  /** Runs a call without an answer. */
  void run(String name, Runnable body) {
    var unused =
        find(
            name,
            () -> {
              body.run();
              return true;
            });
  }

  /** Runs a call that may return null. */
  <T extends @Nullable Object> T find(String name, Supplier<T> body) {
    Slot slot = mine.get();
    Call outer = slot.running;
    slot.running = new Call(name, RunningTime.nanos());
    try {
      return body.get();
    } finally {
      slot.running = outer;
      slot.ended++;
    }
  }

  /** Returns about how many calls have ended. */
  long ended() {
    return slots.stream().mapToLong(slot -> slot.ended).sum();
  }

  /**
   * Returns a failure that shows the stack of a call that takes too long, or null. One thread calls
   * this, again and again.
   *
   * @throws InconclusiveException if a call takes long and gets too little processor time for a
   *     verdict
   */
  @Nullable HungException overdue() {
    for (Slot slot : slots) {
      Call call = slot.running;
      if (call == null) {
        continue;
      }
      if (!call.equals(slot.seen)) {
        slot.seen = call;
        slot.computedBefore = Processor.nanos();
      }
      long ran = RunningTime.nanos() - call.since;
      long bound = allowed(call.name).toNanos();
      if (ran <= bound) {
        continue;
      }
      long computed = Processor.nanos() - slot.computedBefore;
      Processor.Judgement judgement = Processor.judge(ran, computed, bound);
      if (judgement == Processor.Judgement.HANGS) {
        return new HungException(
            Texts.format(
                "%s did not return within %s seconds",
                call.name, allowed(call.name).toMillis() / 1000.0),
            slot.thread.getStackTrace());
      }
      if (judgement == Processor.Judgement.STARVES) {
        throw new InconclusiveException(
            Processor.words(call.name, ran, computed),
            "run it again on a machine that is less busy");
      }
    }
    return null;
  }

  private Duration allowed(String name) {
    return switch (name) {
      case "setOptions", "expire", "trim", "clear", "open", "close", "the constructor" ->
          bound.multipliedBy(3);
      default -> bound;
    };
  }
}
