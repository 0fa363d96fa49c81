package io.databroker.tck.crashes;

import io.databroker.api.Capability;
import io.databroker.tck.child.Lines;
import io.databroker.tck.child.Words;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.Saved;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.History;
import io.databroker.tck.history.Operation;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Kills child JVMs that write to one store, and judges the state that the next child finds.
 *
 * <p><b>Thread-safety:</b> none; used once, by one thread.
 */
public final class CrashRun {
  private static final List<Moment> MOMENTS =
      List.of(
          Moment.ANY,
          Moment.TRIM,
          Moment.LAST,
          Moment.CLOSE,
          Moment.OPEN,
          Moment.LAST,
          Moment.CLEAR,
          Moment.OPTIONS,
          Moment.LAST);

  /** Number of moments after a last call. */
  private static final int LASTS = 3;

  /** With a shorter share, some kinds of moment are enough for a first look. */
  private static final Duration WHOLE = Duration.ofSeconds(2);

  private static final int FEWEST_KINDS = 2;
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);
  private static final int LOOK_MILLIS = 1_000;
  private static final int MOST_ANSWERS = 500;

  /** Exit code of a process that SIGKILL ended. */
  private static final int KILLED = 137;

  private final Bench bench;
  private final ChildProvider provider;
  private final SplittableRandom random;
  private final Leases leases = new Leases();
  private final List<Operation> carried = new ArrayList<>();
  private History.Start start = new History.Start(0, 0, Map.of(), List.of(), true);
  private @Nullable Life before;
  private long openNanos = 50_000_000;
  private int kills;
  private int lasts;
  private int inside;
  private long calls;

  /** Prepares a run on the first place of the bench. */
  public CrashRun(Bench bench, ChildProvider provider) {
    this.bench = bench;
    this.provider = provider;
    this.random = new SplittableRandom(bench.tuning.seed());
  }

  /**
   * Kills at each kind of moment, or at fewer if the share is very short, and repeatedly if it is
   * long.
   */
  public void run(Duration share) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    try {
      int kinds = share.compareTo(WHOLE) < 0 ? FEWEST_KINDS : MOMENTS.size();
      List<Moment> moments = new ArrayList<>(MOMENTS);
      Collections.shuffle(moments, new Random(bench.tuning.seed()));
      int life = 0;
      live(life++, Moment.ANY);
      while (life <= kinds || System.nanoTime() - begun < share.toNanos()) {
        live(life, moments.get((life - 1) % MOMENTS.size()));
        life++;
      }
      live(kills + 1, Moment.NEVER);
    } finally {
      bench.report(
          "kills",
          String.format(
              Locale.ROOT,
              "%d kills, %d of them inside a call of a client, %d calls, seed %d",
              kills,
              inside,
              calls,
              bench.tuning.seed()));
    }
  }

  /** Runs one child to its end and judges the state that it found. */
  private void live(int number, Moment moment) throws IOException, InterruptedException {
    Order order =
        new Order(
            provider,
            bench.settingTexts(0),
            moment,
            number,
            moment == Moment.LAST
                ? bench.tuning.seed() * LASTS + lasts++ // three seeds try all kinds of last calls
                : random.nextLong(),
            start.serverVersion(),
            start.latest(),
            leases.expected());
    Life life = new Life(leases);
    int code =
        CrashProcess.run(
            order,
            (process, socket, lines) -> {
              socket.setSoTimeout(LOOK_MILLIS);
              listen(process, lines, order, life);
            });
    String failure = life.failure();
    if (failure != null) {
      throw broken(
          life.isReady() ? "ERR-1" : "CAPA-1", "the store of a killed process: " + failure);
    }
    if (!life.isReady() && moment != Moment.OPEN && code == KILLED) {
      throw new InconclusiveException(
          "another process killed a child before it had read the store",
          "free memory: a system that is short of it kills processes");
    }
    if (!life.isReady() && moment != Moment.OPEN) {
      throw broken(
          "CAPA-1", "the process ended before it had read the store, with exit code " + code);
    }
    if (life.isReady()) {
      judge(life, number);
      before = life;
    }
    kills += moment == Moment.NEVER ? 0 : 1;
    inside += life.running().isEmpty() ? 0 : 1;
    calls += life.answered().size();
  }

  private void judge(Life life, int number) throws IOException {
    Life last = before;
    if (last == null) {
      start = new Aftermath(start, life, life, List.of()).state();
      return;
    }
    String lease = leases.rule();
    Aftermath aftermath = new Aftermath(start, last, life, List.copyOf(carried));
    Aftermath.Finding finding = aftermath.judge();
    List<String> rules = new ArrayList<>(finding == null ? List.of() : finding.rules());
    if (lease != null) {
      rules.add(lease);
    }
    if (!rules.isEmpty()) {
      String rule = rules.get(0);
      Saved saved =
          finding == null ? Saved.NOTHING : Saved.of(rule, bench.tuning, finding.evidence());
      String words =
          String.format(
              Locale.ROOT,
              "Seen after kill %d of seed %d.%n%s%s%s%n",
              number,
              bench.tuning.seed(),
              saved.words(),
              finding == null ? "" : finding.words(),
              leases.problem());
      throw Violation.found(rules, bench.tuning, words, null).saved(saved);
    }
    if (bench.has(Capability.SHARED)) {
      // The engine survives the kill: calls that were on their way may take effect late.
      last.running().stream()
          .filter(call -> call.call().writes() && !(call.call() instanceof Call.Clear))
          .map(call -> new Operation(-3, 0, Operation.NEVER, call.call(), new Answer.Unknown()))
          .forEach(carried::add);
    }
    start = aftermath.state();
  }

  private Violation broken(String rule, String seen) {
    return Violation.found(List.of(rule), bench.tuning, "Seen: " + seen + "\n", null);
  }

  private void listen(Process process, Lines lines, Order order, Life life) throws IOException {
    Trigger trigger = new Trigger(order.moment(), random.split(), MOST_ANSWERS, openNanos);
    long opening = System.nanoTime();
    while (true) {
      String line;
      try {
        line = lines.next(LONGEST_SILENCE);
      } catch (SocketTimeoutException silent) {
        throw broken(
            life.isReady() ? "CLOSE-1" : "CAPA-1",
            "a process did nothing for a minute: the store of a killed process hangs");
      } catch (IOException killed) {
        line = null;
      }
      if (line == null) {
        return;
      }
      List<String> words = Words.of(line);
      life.see(words);
      if (words.get(0).equals("opening")) {
        opening = System.nanoTime();
      } else if (words.get(0).equals("opened")) {
        openNanos = System.nanoTime() - opening;
      }
      if (trigger.pulls(words)) {
        LockSupport.parkNanos(trigger.delay());
        process.destroyForcibly();
      } else if (life.hasEnded()) {
        if (order.moment() == Moment.NEVER) {
          await(process);
        }
        process.destroyForcibly();
      }
    }
  }

  private static void await(Process process) {
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
