package io.databroker.tck.run;

import io.databroker.tck.child.ChildJvm;
import io.databroker.tck.engine.CommandNemesis;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs the kit on a backend from the command line. The backend runs in child JVMs; this one owns
 * the exit code and the report.
 *
 * <p><b>Thread-safety:</b> none; used once, by one thread.
 */
@Command(
    name = "databroker-tck",
    mixinStandardHelpOptions = true,
    version = "databroker-tck " + Main.VERSION,
    description = "Tests whether a backend keeps the contract, and names each rule that it breaks.",
    footer = {
      "",
      "Exit codes: 0 all rules passed, 1 a rule failed or none was run,",
      "2 wrong usage or no such backend, 3 inconclusive."
    })
public final class Main implements Callable<Integer> {
  static final String VERSION = "0.1.0";

  @Option(names = "--backend", paramLabel = "NAME", description = "the backend's name")
  @Nullable String backend;

  @Option(
      names = "--plugin",
      paramLabel = "PATH",
      description = "a jar or a folder of jars that holds the backend; may be given again")
  List<Path> plugins = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "a setting; {dir} in a value stands for a new directory for each test,"
              + " which is the default of a required path")
  Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--rules",
      split = ",",
      paramLabel = "LIST",
      description =
          "tests only these: numbers (LIST-4), chapters (LIST), or failed, which stands for the"
              + " tests that failed in the last run of the same report folder; commas between")
  List<String> rules = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "fixes the calls of concurrent clients (default: a new one, or that of --rules failed)")
  @Nullable Long givenSeed;

  @Option(
      names = "--budget",
      paramLabel = "SECONDS",
      defaultValue = "40",
      description = "time for all concurrent workloads together (default: ${DEFAULT-VALUE})")
  double budget;

  @Option(
      names = "--quick",
      description = "takes a first look: a budget of 4 seconds, and three kills instead of eight")
  boolean quick;

  @Option(
      names = "--call-bound",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "a call that takes longer counts as hung; setOptions, expire, trim, clear, open and close"
              + " get three times that (default: ${DEFAULT-VALUE})")
  double callBound;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      defaultValue = "databroker-tck-report",
      description = "the folder of the report (default: ${DEFAULT-VALUE})")
  Path report = Path.of("databroker-tck-report");

  @Option(
      names = "--recheck",
      paramLabel = "FILE",
      description = "judges a saved history again, without the backend")
  @Nullable Path recheck;

  @Option(
      names = "--fault",
      paramLabel = "NAME=COMMAND",
      description =
          "a shell command that injects a fault of the backend's engine while clients work;"
              + " may be given again")
  Map<String, String> faults = new LinkedHashMap<>();

  @Option(
      names = "--heal",
      paramLabel = "NAME=COMMAND",
      description = "the command that heals the fault of that name")
  Map<String, String> cures = new LinkedHashMap<>();

  @Option(
      names = "--new",
      paramLabel = "NAME",
      description = "writes the project of a new backend into a new directory of that name")
  @Nullable String newName;

  @Option(
      names = "--jvm-option",
      paramLabel = "OPTION",
      description = "an option of the JVM that runs the backend; may be given again")
  List<String> jvmOptions = new ArrayList<>();

  private static final double QUICK_SECONDS = 4;

  private static final double LONGEST_SECONDS = 1_000_000;

  private final PrintStream out;

  Main(PrintStream out) {
    this.out = out;
  }

  /** Runs the kit and ends the JVM. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream err, String... arguments) {
    return new CommandLine(new Main(out))
        .setErr(new PrintWriter(err, true, Charset.defaultCharset()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (exception, line, parsed) -> {
              if (exception instanceof UsageException) {
                err.println(exception.getMessage());
                return CommandLine.ExitCode.USAGE;
              }
              throw exception;
            })
        .execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (Stream.of(backend, recheck, newName).filter(Objects::nonNull).count() != 1) {
      throw new UsageException("give one of --backend NAME, --recheck FILE, --new NAME, or --help");
    }
    if (recheck != null) {
      return Recheck.judge(recheck, out);
    }
    if (newName != null) {
      return begin(newName);
    }
    if (backend == null) {
      throw new IllegalStateException();
    }
    if (!(budget >= 0.001 && budget <= LONGEST_SECONDS)) {
      throw new UsageException(
          Texts.format(
              "--budget %s: give a number of seconds above 0, at most %.0f",
              budget, LONGEST_SECONDS));
    }
    if (!(callBound >= 0.1 && callBound <= LONGEST_SECONDS)) {
      throw new UsageException(
          Texts.format(
              "--call-bound %s: give a number of seconds from 0.1 to %.0f",
              callBound, LONGEST_SECONDS));
    }
    String name = backend;
    ChosenTests chosen = ChosenTests.of(rules, () -> LastRun.read(report, name));
    long seed = seed(chosen.last());
    List<CommandNemesis> commands = Commands.of(faults, cures);
    List<Path> jars = Plugins.jars(plugins);
    List<String> options = options(jars);
    ReportFolder.check(report);
    Duration workloads = Duration.ofMillis(Math.round((quick ? QUICK_SECONDS : budget) * 1000));
    TimeLeft time = new TimeLeft(chosen.tests(), workloads, InstantSource.system());
    Judge judge =
        new Judge(
            options,
            report,
            outcome -> out.println(Report.testLine(outcome) + " " + time.after(outcome.name())));
    judge.run(
        new Job(
            name,
            plugins,
            settings,
            commands,
            chosen.rules(),
            chosen.leftOut(),
            parameters(chosen, seed)),
        named -> {
          ReportFolder.clear(report);
          out.printf(
              Locale.ROOT,
              "Testing %s, seed %d: %s%s%n",
              named,
              seed,
              time.atFirst(),
              chosen.last() == null ? "" : "; only the tests that failed last");
        });
    List<Outcome> outcomes = judge.outcomes();
    Set<String> judged = new HashSet<>(chosen.rules());
    outcomes.forEach(outcome -> judged.addAll(outcome.rules()));
    Report told =
        new Report(
            judge.name().isEmpty() ? name : judge.name(),
            seed,
            RuleVerdict.of(judged, outcomes, judge.notRun()),
            outcomes);
    told.write(report);
    new HtmlReport(told, command(), report).write();
    LastRun.of(name, seed, chosen.tests(), outcomes).write(report);
    out.println();
    out.print(told.summary());
    out.println("Report: " + report.toAbsolutePath().resolve(HtmlReport.FILE));
    return told.exitCode();
  }

  private long seed(@Nullable LastRun last) {
    if (givenSeed != null) {
      return givenSeed;
    }
    return last == null ? System.nanoTime() & 0xFFFFFF : last.seed();
  }

  /** Returns the options of child JVMs: those of this JVM, and those that the plugins need. */
  private List<String> options(List<Path> jars) throws IOException, InterruptedException {
    List<String> needed = new ArrayList<>(JvmOptions.of(plugins, jars));
    needed.addAll(jvmOptions);
    List<String> options = new ArrayList<>(ChildJvm.inherited());
    options.addAll(needed);
    if (quick) {
      options.addAll(0, ChildJvm.forShortRuns(options)); // first: a later option wins
    }
    if (!needed.isEmpty()) {
      Optional<String> problem = ChildJvm.problemWith(options);
      if (problem.isPresent()) {
        throw new UsageException(problem.get());
      }
    }
    return options;
  }

  private Map<String, String> parameters(ChosenTests chosen, long seed) {
    // Each workload takes its share of the whole budget: scale
    // the budget, so that the chosen workloads use all of it.
    Set<String> all = new HashSet<>();
    Catalogue.tests().values().forEach(all::addAll);
    double scaled = (quick ? QUICK_SECONDS : budget) * Shares.of(all) / Shares.of(chosen.tests());
    return Map.of(
        "databroker.tck.seed", Long.toString(seed),
        "databroker.tck.budget", Double.toString(scaled),
        "databroker.tck.call-bound", Double.toString(callBound),
        "databroker.tck.report", report.toString(),
        "databroker.tck.command", command());
  }

  /** Returns the command line to paste, without rules and seed. */
  private String command() {
    List<String> words = new ArrayList<>(List.of("java", "-jar", ChildJvm.kit().toString()));
    words.addAll(List.of("--backend", String.valueOf(backend)));
    plugins.forEach(plugin -> words.addAll(List.of("--plugin", plugin.toString())));
    settings.forEach((key, value) -> words.addAll(List.of("--set", key + "=" + value)));
    faults.forEach((key, value) -> words.addAll(List.of("--fault", key + "=" + value)));
    cures.forEach((key, value) -> words.addAll(List.of("--heal", key + "=" + value)));
    jvmOptions.forEach(option -> words.add("--jvm-option=" + option));
    return words.stream().map(Main::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=,+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private int begin(String name) {
    Path directory = new NewBackend(name, VERSION).write(Path.of(""));
    out.printf(
        Locale.ROOT,
        "%s holds a new backend. Begin with %s.%nIts first run: cd %s && mvn test%n",
        directory,
        directory.resolve("README.md"),
        directory);
    return 0;
  }
}
