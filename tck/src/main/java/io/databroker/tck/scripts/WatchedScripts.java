package io.databroker.tck.scripts;

import io.databroker.api.Capability;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs scripts of writes with concurrent readers; every answer must be that of a state between two
 * steps.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
public final class WatchedScripts {
  private static final int STEPS = 120;
  private static final int FEWEST_BESIDE = 20;

  private final Bench bench;
  private final SplittableRandom random;
  private final ExecutorService threads = Executors.newCachedThreadPool(new KitThreads("onlooker"));

  private int place = 5_000; // the first ones belong to other tests
  private int scripts;
  private long sights;
  private long beside;

  /** Prepares the scripts of the bench's seed. */
  public WatchedScripts(Bench bench) {
    this.bench = bench;
    this.random = new SplittableRandom(bench.tuning.seed());
  }

  /** Runs scripts for that long, but at least one. */
  public void run(Duration share) throws InterruptedException {
    long start = System.nanoTime();
    try {
      while (goesOn(System.nanoTime() - start, share.toNanos())) {
        run();
        scripts++;
      }
    } finally {
      threads.shutdownNow();
      bench.report(
          "watched scripts",
          Texts.format(
              "%d scripts, %d answers, %d of them during a write, seed %d",
              scripts, sights, beside, bench.tuning.seed()));
    }
    if (beside < FEWEST_BESIDE) {
      throw new InconclusiveException("only " + beside + " answers were given during a write");
    }
  }

  private boolean goesOn(long elapsed, long share) {
    return scripts == 0 || elapsed < share || (beside < FEWEST_BESIDE && elapsed < 10 * share);
  }

  private void run() throws InterruptedException {
    Generator generator =
        new Generator(random.split(), bench.limits(), bench.has(Capability.TURNABLE_CLOCK));
    List<Step> script = generator.writes(STEPS);
    int here = place++;
    Session session = new Session(bench, here, true);
    Onlookers onlookers = new Onlookers(session, random.split(), generator.cast(), threads);
    try {
      for (Step step : script) {
        onlookers.begin();
        int noted = session.java().size();
        session.run(step);
        List<String> java = session.java();
        onlookers.end(
            session.reference, step, String.join("\n    ", java.subList(noted, java.size())));
      }
      onlookers.judge();
    } catch (Mismatch mismatch) {
      throw Violation.found(
          mismatch.rules(),
          bench.tuning,
          Texts.format(
              "Seen: %s%nIn watched script %d of seed %d.%n",
              mismatch.words(), scripts + 1, bench.tuning.seed()),
          mismatch);
    } finally {
      onlookers.stop();
      session.close();
      bench.delete(here);
      sights += onlookers.sights();
      beside += onlookers.beside();
    }
  }
}
