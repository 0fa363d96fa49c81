package io.databroker.tck.crashes;

import io.databroker.api.Backend;
import io.databroker.api.Capability;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.HungException;
import io.databroker.tck.engine.Saved;
import io.databroker.tck.engine.TestClock;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.History;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A store whose processes are killed: the calls of each process must explain the state that the
 * next one finds.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class KilledStore {
  /** The client of a call of an earlier life. */
  static final int EARLIER = -3;

  private final Bench bench;
  private final int place;
  private final Leases leases = new Leases();
  private final List<Operation> carried = new ArrayList<>();
  private History.Start start = new History.Start(0, 0, Map.of(), List.of(), true);
  private @Nullable Life before;

  /** True if a clear of a killed client has not taken effect and may still do so. */
  private boolean lateClear;

  /** A new store at that place of the bench. */
  KilledStore(Bench bench, int place) {
    this.bench = bench;
    this.place = place;
  }

  /** Returns the settings with which a child opens the store. */
  Map<String, String> settings() {
    return bench.settingTexts(place);
  }

  /** Returns the name of the history in which the previous life began. */
  long serverVersion() {
    return start.serverVersion();
  }

  /** Returns the version at which the previous life began. */
  long version() {
    return start.latest();
  }

  /** Returns the leases that the previous life left, as {@link Leases#expected}. */
  Map<String, Long> leases() {
    return leases.expected();
  }

  /** Returns the reports of the next process. */
  Life next() {
    return new Life(leases);
  }

  /**
   * Opens the store in this process, judges the state that the previous life left, and closes it.
   */
  void readHere(int number) throws IOException, InterruptedException {
    bench.clock.set(TestClock.START.plus(Duration.ofMinutes(number)));
    Life here = next();
    Backend backend = null;
    try {
      backend = bench.open(place, bench.context());
      new Contents(backend, new Recorder(), here::see).report(serverVersion(), version(), leases());
    } catch (RuntimeException | Error failure) {
      if (failure instanceof HungException) {
        throw failure;
      }
      here.see("failed", Texts.trace(failure));
    }
    fail(here);
    judge(here, number);
    if (backend != null) {
      backend.close();
    }
  }

  /** Fails if the process that made these reports failed. */
  void fail(Life life) {
    String failure = life.failure();
    if (failure != null) {
      throw broken(
          life.isReady() ? "ERR-1" : "CAPA-1", "the store of a killed process: " + failure);
    }
  }

  /** Returns a violation of the given rule. */
  Violation broken(String rule, String seen) {
    return Violation.found(List.of(rule), bench.tuning, "Seen: " + seen + "\n", null);
  }

  /** Judges the state that a process has read, and remembers its own calls. */
  void judge(Life life, int number) throws IOException {
    Life last = before;
    before = life;
    if (last == null) {
      start = new Aftermath(start, life, life, List.of(), false).state();
      return;
    }
    String lease = leases.rule();
    Aftermath aftermath = new Aftermath(start, last, life, List.copyOf(carried), lateClear);
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
          Texts.format(
              "Seen after kill %d of seed %d.%n%s%s%s%n",
              number,
              bench.tuning.seed(),
              saved.words(),
              finding == null ? "" : finding.words(),
              leases.problem());
      throw Violation.found(rules, bench.tuning, words, null).saved(saved);
    }
    if (bench.has(Capability.SHARED)) {
      // The engine survives the kill: calls in transit may take effect late.
      last.running().stream()
          .filter(call -> call.call().writes() && !(call.call() instanceof Call.Clear))
          .map(
              call -> new Operation(EARLIER, 0, Operation.NEVER, call.call(), new Answer.Unknown()))
          .forEach(carried::add);
      boolean running = lateClear || last.wasClearing();
      lateClear = running && aftermath.state().serverVersion() == start.serverVersion();
    }
    start = aftermath.state();
  }
}
