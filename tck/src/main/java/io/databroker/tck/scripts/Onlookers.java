package io.databroker.tck.scripts;

import io.databroker.api.Backend;
import io.databroker.api.DatabrokerException;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.tck.scripts.Sight.State;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Readers that run during a script. The script is the only writer, so the states of the store are
 * known: an answer must be that of a state between the call and the return.
 */
final class Onlookers {
  private static final int READERS = 3;

  /** Number of answers of one reader after which it makes room for the writer. */
  private static final int MOST_SIGHTS = 4_000;

  /** Number of steps that a failure shows. */
  private static final int MOST_SHOWN = 12;

  private final Backend backend;
  private final List<State> states = Collections.synchronizedList(new ArrayList<>());

  /** The steps that lead from each state to the next, as Java. */
  private final List<String> texts = new ArrayList<>();

  /** The number of the state that the step under way leads to. */
  private final AtomicInteger begun = new AtomicInteger();

  /** The number of the state that the last finished step has led to. */
  private final AtomicInteger done = new AtomicInteger();

  private final List<Future<List<Sight>>> readers = new ArrayList<>();
  private volatile boolean stopped;
  private int sights;
  private int beside;

  Onlookers(Session session, SplittableRandom random, Cast cast, ExecutorService threads) {
    this.backend = session.backend();
    states.add(state(session.reference, session.reference.earliest, false));
    for (int i = 0; i < READERS; i++) {
      SplittableRandom mine = random.split();
      Cast own = cast.with(mine);
      readers.add(threads.submit(() -> look(mine, own)));
    }
  }

  int sights() {
    return sights;
  }

  /** Returns the number of answers that overlapped a step. */
  int beside() {
    return beside;
  }

  /** Notes that a step begins. */
  void begin() {
    begun.incrementAndGet();
  }

  /** Notes that a step has ended; {@code java} is its text. */
  void end(Reference reference, Step step, String java) {
    texts.add(java);
    State before = states.get(states.size() - 1);
    long from = step instanceof Step.Trim ? before.versions().earliest() : reference.earliest;
    states.add(state(reference, from, step instanceof Step.Expire));
    done.incrementAndGet();
  }

  private static State state(Reference reference, long earliestFrom, boolean inSteps) {
    Map<List<String>, StoredRecord> records = new HashMap<>();
    for (StoredRecord record : reference.select(Selection.all())) {
      records.put(List.of(record.type(), record.id()), record);
    }
    return new State(
        new Versions(reference.serverVersion, reference.earliest, reference.latest),
        earliestFrom,
        reference.types(),
        new TreeMap<>(reference.options),
        reference.checkpoint,
        records,
        inSteps);
  }

  private List<Sight> look(SplittableRandom random, Cast own) {
    List<Sight> seen = new ArrayList<>();
    while (!stopped && seen.size() < MOST_SIGHTS) {
      Sight.Call call = call(random, own);
      int first = done.get();
      Object answer;
      try {
        answer = call.make(backend);
      } catch (SnapshotExpiredException allowed) {
        continue;
      }
      int last = begun.get();
      if (last > first || seen.size() < MOST_SIGHTS / 4) {
        seen.add(new Sight(call, answer, first, last));
      }
    }
    return seen;
  }

  private static Sight.Call call(SplittableRandom random, Cast own) {
    return switch (random.nextInt(10)) {
      case 0, 1 -> new Sight.ReadVersions();
      case 2 -> new Sight.ListTypes();
      case 3 -> new Sight.ReadOptions();
      case 4 -> new Sight.ReadCheckpoint();
      case 5 -> new Sight.Get(own.type(), own.id());
      case 6, 7 -> new Sight.Take(Selection.all());
      case 8 -> new Sight.Take(Selection.ofType(own.type()));
      default ->
          new Sight.Take(
              Selection.where(own.type(), new FieldValue(own.fields.get(0), own.value())));
    };
  }

  /** Makes the readers end after the answer that they are waiting for. */
  void stop() {
    stopped = true;
  }

  /** Ends the reading, and judges all answers; fails with the first answer that no state gives. */
  void judge() throws InterruptedException {
    stopped = true;
    for (Future<List<Sight>> reader : readers) {
      List<Sight> seen;
      try {
        seen = reader.get(); // the bench ends the test if a read hangs
      } catch (ExecutionException e) {
        boolean typed = e.getCause() instanceof DatabrokerException;
        throw new Mismatch(
            typed ? "GET-1" : "ERR-1",
            "a read during the script must not fail, but did with " + e.getCause(),
            e);
      }
      for (Sight sight : seen) {
        sights++;
        beside += sight.last() > sight.first() ? 1 : 0;
        judge(sight);
      }
    }
  }

  private void judge(Sight sight) {
    int last = Math.min(sight.last(), states.size() - 1);
    for (int i = sight.first(); i <= last; i++) {
      State state = states.get(i);
      if (sight.call().isOf(state, sight.answer())) {
        return;
      }
      if (i > sight.first() && state.inSteps()) {
        return; // the contract leaves open what a reader sees in between
      }
    }
    throw new Mismatch(
        sight.call().rules(sight.answer(), states.subList(sight.first(), last + 1)),
        Texts.format(
            "%s during a script answers%n    %s%nwhich is not of any state during the call."
                + " The state before it:%n    %s%nThe steps during it:%n    %s",
            sight.call(),
            sight.answer(),
            states.get(sight.first()),
            String.join(
                "\n    ",
                texts.subList(sight.first(), Math.min(last, sight.first() + MOST_SHOWN)))));
  }
}
