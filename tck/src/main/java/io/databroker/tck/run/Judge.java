package io.databroker.tck.run;

import io.databroker.tck.engine.Tuning;
import io.databroker.tck.run.Outcome.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the kit on a backend in child JVMs, so that the backend cannot affect verdicts and exit
 * code: a child that ends, hangs or fills its heap fails the running test, and another child
 * continues with the rest.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class Judge {
  /** Number of lost children after which the rest is not run. */
  static final int MOST_LOST = 12;

  /** After the first lost child, a call that takes this long counts as hung. */
  private static final double SHORT_BOUND_SECONDS = 3;

  private final List<String> options;
  private final Path report;
  private final Consumer<Outcome> progress;
  private final List<Outcome> outcomes = new ArrayList<>();
  private String name = "";
  private String notRun = "";

  /**
   * Prepares a judge.
   *
   * @param options the options of the child JVMs
   * @param report the folder for the output of the backend
   * @param progress called with each outcome
   */
  Judge(List<String> options, Path report, Consumer<Outcome> progress) {
    this.options = options;
    this.report = report;
    this.progress = progress;
  }

  /** Returns the outcomes of the tests that ran, in the order of their ends. */
  List<Outcome> outcomes() {
    return outcomes;
  }

  /** Returns the backend's name and version. */
  String name() {
    return name;
  }

  /** Returns the reason why tests were not run, or an empty text. */
  String notRun() {
    return notRun;
  }

  /**
   * Runs the job in as many children as needed.
   *
   * @param ready called once with the backend's name and version, when the backend opens
   * @throws UsageException if the backend cannot be opened; names the reason
   */
  void run(Job job, Consumer<String> ready) throws IOException, InterruptedException {
    Set<String> done = new LinkedHashSet<>(job.done());
    Map<String, String> parameters = new HashMap<>(job.parameters());
    // A child that is killed or ends its JVM leaves its temporary files here.
    Path scratch = Files.createTempDirectory("databroker-tck");
    Path file = scratch.resolve("job.properties");
    List<String> scratched = new ArrayList<>(List.of("-Djava.io.tmpdir=" + scratch));
    scratched.addAll(options);
    int lost = 0;
    try {
      while (true) {
        new Job(
                job.backend(),
                job.plugins(),
                job.settings(),
                job.faults(),
                job.rules(),
                done,
                parameters)
            .write(file);
        ChildRun child = new ChildRun(scratched, file, report);
        child.run(
            named -> {
              if (name.isEmpty()) {
                name = named;
                ready.accept(named);
              }
            },
            outcome -> add(outcome, done));
        String end = child.end();
        if (end.isEmpty()) {
          return;
        }
        if (child.refused() && lost == 0 && name.isEmpty()) {
          throw new UsageException(end);
        }
        lost++;
        if (!child.restarts()) {
          Outcome last = lostWith(child);
          add(last, done);
          if (last.chapter().equals(OPENING)) {
            notRun =
                child.starved()
                    ? "the machine was too busy to open the backend"
                    : "the backend cannot be opened";
            return;
          }
        }
        if (lost >= MOST_LOST) {
          notRun = "stopped after " + lost + " tests in which the backend hung or ended its JVM";
          return;
        }
        parameters.merge(Tuning.CALL_BOUND, "10", (given, none) -> shorter(given));
      }
    } finally {
      ReportFolder.delete(scratch);
    }
  }

  private static String shorter(String bound) {
    return Double.toString(Math.min(SHORT_BOUND_SECONDS, Double.parseDouble(bound)));
  }

  private static final String OPENING = "Before the tests";

  private void add(Outcome outcome, Set<String> done) {
    outcomes.add(outcome);
    done.add(outcome.name());
    progress.accept(outcome);
  }

  /** Returns the failure of the test during which a child was lost. */
  private static Outcome lostWith(ChildRun child) {
    @Nullable String test = child.underWay();
    String chapter = OPENING;
    String method = "the first open";
    List<String> rules = List.of(child.phase().equals("close") ? "CLOSE-1" : "OPEN-1");
    if (test != null) {
      chapter = test.substring(0, test.indexOf('.'));
      method = test.substring(test.indexOf('.') + 1);
      rules = Catalogue.rulesOf(test);
    }
    String where = test == null && !child.phase().isEmpty() ? " (in " + child.phase() + ")" : "";
    return new Outcome(
        chapter,
        method,
        rules,
        child.starved() ? Verdict.INCONCLUSIVE : Verdict.FAIL,
        child.end() + where,
        null,
        Duration.ZERO,
        List.of(),
        child.trace(),
        "",
        true);
  }
}
