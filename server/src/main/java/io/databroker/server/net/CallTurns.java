package io.databroker.server.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Calls of one connection on the threads of each lane. A call runs when few other calls of the
 * connection run in its lane and the client has read most of its answers.
 *
 * <p><b>Thread-safety:</b> safe. It takes no other lock of the connection, except in {@code
 * readsItsAnswers}.
 */
final class CallTurns {
  /** Calls in one lane. */
  private static final class Turns {
    final Deque<Runnable> waiting = new ArrayDeque<>();
    int running;
  }

  private final BooleanSupplier readsItsAnswers;
  private final Map<Lane, Executor> executors = new ConcurrentHashMap<>();

  // Guarded by this.
  private final Map<Lane, Turns> lanes = new HashMap<>();
  private boolean ended;

  /**
   * Creates the turns of a connection without calls.
   *
   * @param readsItsAnswers whether the client has read most of its answers
   */
  CallTurns(BooleanSupplier readsItsAnswers) {
    this.readsItsAnswers = readsItsAnswers;
  }

  /** Returns the executor on which calls begin in a lane. */
  Executor executor(Lane lane) {
    return executors.computeIfAbsent(lane, SharedTurns::new);
  }

  /** Runs the call on this thread, which is of the lane, if it may run; otherwise later. */
  void run(Lane lane, Runnable call) {
    synchronized (this) {
      if (ended) {
        return;
      }
      Turns turns = lanes.computeIfAbsent(lane, any -> new Turns());
      if (!turns.waiting.isEmpty() || !mayRun(lane, turns)) {
        turns.waiting.add(call);
        return;
      }
      turns.running++;
    }
    runNow(lane, call);
  }

  /** Runs the call on the executor of its lane, when it may run. */
  void runLater(Lane lane, Runnable call) {
    synchronized (this) {
      if (ended) {
        return;
      }
      lanes.computeIfAbsent(lane, any -> new Turns()).waiting.add(call);
    }
    goOn();
  }

  private void runNow(Lane lane, Runnable call) {
    try {
      call.run();
    } finally {
      finished(lane);
      goOn();
    }
  }

  private synchronized void finished(Lane lane) {
    Turns turns = lanes.get(lane);
    if (turns != null) {
      turns.running--;
    }
  }

  private boolean mayRun(Lane lane, Turns turns) {
    return turns.running < lane.mostOfOneConnection() && readsItsAnswers.getAsBoolean();
  }

  /** Starts the waiting calls that may run now. */
  void goOn() {
    List<Runnable> starts = List.of();
    synchronized (this) {
      for (Map.Entry<Lane, Turns> each : lanes.entrySet()) {
        Lane lane = each.getKey();
        Turns turns = each.getValue();
        while (!turns.waiting.isEmpty() && mayRun(lane, turns)) {
          turns.running++;
          starts = starts.isEmpty() ? new ArrayList<>() : starts;
          Runnable call = turns.waiting.remove();
          starts.add(() -> lane.executor().execute(() -> begin(lane, call)));
        }
      }
    }
    starts.forEach(Runnable::run);
  }

  /** Runs a waiting call, unless earlier calls have too many unread answers by now. */
  private void begin(Lane lane, Runnable call) {
    synchronized (this) {
      Turns turns = lanes.get(lane);
      if (ended || turns == null) {
        return;
      }
      if (!readsItsAnswers.getAsBoolean()) {
        turns.running--;
        turns.waiting.addFirst(call);
        return;
      }
    }
    runNow(lane, call);
  }

  /** Drops the waiting calls; the connection has ended. */
  synchronized void end() {
    ended = true;
    lanes.clear();
  }
}
