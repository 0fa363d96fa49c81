package io.databroker.tck.crashes;

import io.databroker.tck.child.Words;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills child JVMs that write to one store, and judges the state that the next child finds.
 *
 * <p><b>Thread-safety:</b> none; used once, by one thread.
 */
public final class CrashRun {
  /** The kinds of moment at which to kill; even a first look begins with the first kind. */
  private static final List<Moment> MOMENTS =
      List.of(
          Moment.LAST,
          Moment.ANY,
          Moment.TRIM,
          Moment.CLOSE,
          Moment.OPEN,
          Moment.CLEAR,
          Moment.OPTIONS);

  /** The first place of the stores for last calls; the places before belong to other tests. */
  private static final int LAST_CALLS = 10;

  /** With a shorter share, some kinds of moment are enough for a first look. */
  private static final Duration WHOLE = Duration.ofSeconds(2);

  private static final int FEWEST_KINDS = 2;

  /** Number of kinds of last calls that are enough for a first look; the seed chooses them. */
  private static final int FEWEST_LAST_CALLS = 2;

  private static final int MOST_ANSWERS = 500;

  /** Exit code of a process that SIGKILL ended. */
  private static final int KILLED = 137;

  private final Bench bench;
  private final ChildProvider provider;
  private final SplittableRandom random;
  private final KilledStore store;
  private long openNanos = 50_000_000;
  private int kills;
  private int inside;
  private int places = LAST_CALLS;
  private long calls;

  /** Prepares a run on the first place of the bench. */
  public CrashRun(Bench bench, ChildProvider provider) {
    this.bench = bench;
    this.provider = provider;
    this.random = new SplittableRandom(bench.tuning.seed());
    this.store = new KilledStore(bench, 0);
  }

  /**
   * Kills at each kind of moment, or at fewer if the share is very short, and repeatedly if it is
   * long.
   */
  public void run(Duration share) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    try {
      boolean whole = share.compareTo(WHOLE) >= 0;
      int kinds = whole ? MOMENTS.size() : FEWEST_KINDS;
      int lastCalls = whole ? LastCall.Kind.values().length : FEWEST_LAST_CALLS;
      List<Moment> moments = new ArrayList<>(MOMENTS);
      Collections.shuffle(moments.subList(1, moments.size()), new Random(bench.tuning.seed()));
      live(0, Moment.ANY);
      int life = 1;
      for (; life <= kinds || System.nanoTime() - begun < share.toNanos(); life++) {
        Moment moment = moments.get((life - 1) % moments.size());
        if (moment == Moment.LAST) {
          makeLastCalls(life, lastCalls);
        } else {
          live(life, moment);
        }
      }
      store.readHere(life);
    } finally {
      bench.report(
          "kills",
          Texts.format(
              "%d kills, %d of them inside a call of a client, %d calls, seed %d",
              kills, inside, calls, bench.tuning.seed()));
    }
  }

  /** Runs one child to its end and judges the state that it found. */
  private void live(int number, Moment moment) throws IOException, InterruptedException {
    Order order =
        new Order(
            provider,
            List.of(store.settings()),
            moment,
            number,
            random.nextLong(),
            store.serverVersion(),
            store.version(),
            store.leases());
    List<Life> lives = List.of(store.next());
    int code = run(order, lives);
    Life life = lives.get(0);
    store.fail(life);
    if (!life.isReady() && moment != Moment.OPEN) {
      throw endedEarly(store, code);
    }
    if (life.isReady()) {
      store.judge(life, number);
    }
    kills++;
    inside += life.running().isEmpty() ? 0 : 1;
    calls += life.answered().size();
  }

  /** Kills a child that has made a last call in each of several stores, and judges these. */
  private void makeLastCalls(int number, int kinds) throws IOException, InterruptedException {
    List<KilledStore> stores = new ArrayList<>();
    for (int i = 0; i < kinds; i++) {
      stores.add(new KilledStore(bench, places++));
    }
    Order order =
        new Order(
            provider,
            stores.stream().map(KilledStore::settings).toList(),
            Moment.LAST,
            number,
            bench.tuning.seed() + number,
            0,
            0,
            Map.of());
    List<Life> lives = stores.stream().map(KilledStore::next).toList();
    int code = run(order, lives);
    for (int i = 0; i < stores.size(); i++) {
      KilledStore each = stores.get(i);
      each.fail(lives.get(i));
      if (!lives.get(i).isReady()) {
        throw endedEarly(each, code);
      }
      each.judge(lives.get(i), number);
      each.readHere(number + 1);
      calls += lives.get(i).answered().size();
    }
    kills++;
  }

  /** Fails because a child ended before it had read a store. */
  private static Violation endedEarly(KilledStore store, int code) {
    if (code == KILLED) {
      throw new InconclusiveException(
          "another process killed a child before it had read the store",
          "free memory: a system that is short of it kills processes");
    }
    return store.broken(
        "CAPA-1", "the process ended before it had read the store, with exit code " + code);
  }

  private int run(Order order, List<Life> lives) throws IOException, InterruptedException {
    return CrashProcess.run(order, (process, reports) -> listen(process, reports, order, lives));
  }

  /**
   * Passes the reports of a child to the life of the store that they concern, and kills the child.
   */
  private void listen(Process process, Reports reports, Order order, List<Life> lives)
      throws IOException {
    Trigger trigger = new Trigger(order.moment(), random.split(), MOST_ANSWERS, openNanos);
    long opening = System.nanoTime();
    Life life = lives.get(0);
    while (true) {
      String line;
      try {
        line = reports.next();
      } catch (SocketTimeoutException silent) {
        throw store.broken(
            life.isReady() ? "CLOSE-1" : "CAPA-1",
            "a process did nothing for a minute: the store of a killed process hangs");
      } catch (IOException killed) {
        line = null;
      }
      if (line == null) {
        return;
      }
      List<String> words = Words.of(line);
      switch (words.get(0)) {
        case "store" -> life = lives.get(Integer.parseInt(words.get(1)));
        case "opening" -> opening = System.nanoTime();
        case "opened" -> openNanos = System.nanoTime() - opening;
        default -> life.see(words);
      }
      if (trigger.pulls(words)) {
        LockSupport.parkNanos(trigger.delay());
        process.destroyForcibly();
      } else if (life.hasEnded()) {
        process.destroyForcibly();
      }
    }
  }
}
