package io.databroker.tck.run;

import io.databroker.api.BackendProvider;
import io.databroker.tck.child.Link;
import io.databroker.tck.child.Words;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.engine.Processor;
import io.databroker.tck.engine.RunningTime;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The child JVM: runs the tests of a job on a backend, and reports each to its parent.
 *
 * <p>After a hang or a full heap it ends, because the backend may hold threads, locks and memory;
 * the parent starts another child for the remaining tests.
 *
 * <p><b>Thread-safety:</b> none; used once, by one thread.
 */
public final class Child {
  private final Link link;
  private final Job job;
  private final Thread main = Thread.currentThread();
  private final long longestPhase;
  private volatile String phase = "";
  private volatile long phaseBegan = RunningTime.nanos();
  private volatile long computedBefore = Processor.nanos();

  private Child(Link link, Job job) {
    this.link = link;
    this.job = job;
    double bound =
        Double.parseDouble(job.parameters().getOrDefault("databroker.tck.call-bound", "10"));
    this.longestPhase = Math.round(3e9 * bound);
  }

  /**
   * Runs a job.
   *
   * @param arguments the file of the job, then port and token of the parent
   */
  public static void main(String[] arguments) throws IOException {
    Link link = Link.to(Integer.parseInt(arguments[1]), arguments[2]);
    new Child(link, Job.read(Path.of(arguments[0]))).run();
  }

  private void run() {
    KitThreads.start("beat", this::beat);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> link.tell("exiting", exitStack())));
    try {
      ChosenBackend chosen = choose();
      chosen.tryToOpen(this::enter);
      enter("");
      link.tell("ready", chosen.provider().name(), chosen.provider().version());
      KitRun.run(chosen, job.rules(), job.done(), job.parameters(), new Told());
      link.tell("done");
    } catch (UsageException e) {
      link.tell("refused", String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException | Error e) {
      link.tell("failed", Traces.of(e));
    }
    Runtime.getRuntime().halt(0);
  }

  private void enter(String next) {
    computedBefore = Processor.nanos();
    phaseBegan = RunningTime.nanos();
    phase = next;
    link.tell("phase", next);
  }

  /** Reports regularly that this JVM lives, and whether the first open hangs. */
  private void beat() {
    while (true) {
      try {
        Thread.sleep(Link.BEAT_MILLIS);
      } catch (InterruptedException e) {
        // The backend must not end this thread.
      }
      link.tell("beat");
      String now = phase;
      long ran = RunningTime.nanos() - phaseBegan;
      if (!now.isEmpty() && ran > longestPhase) {
        judge(now, ran, Processor.nanos() - computedBefore);
      }
    }
  }

  /** Ends this JVM if the first open hangs, or gets too little processor time for a verdict. */
  private void judge(String now, long ran, long computed) {
    switch (Processor.judge(ran, computed, longestPhase)) {
      case RUNS -> {
        return;
      }
      case HANGS -> link.tell("hung", now, stack(main));
      case STARVES -> link.tell("starved", Processor.words(now, ran, computed));
    }
    Runtime.getRuntime().halt(3);
  }

  private static String stack(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .map(frame -> "    at " + frame)
        .collect(Collectors.joining("\n"));
  }

  /** The stack of the thread that called System.exit, if one did. */
  private static String exitStack() {
    for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
      for (StackTraceElement frame : thread.getValue()) {
        if (frame.getClassName().equals("java.lang.Runtime")
            && frame.getMethodName().equals("exit")) {
          return stack(thread.getKey());
        }
      }
    }
    return "";
  }

  private ChosenBackend choose() {
    enter("the constructor of the provider");
    List<BackendProvider> providers = Plugins.providers(job.plugins());
    List<BackendProvider> named =
        providers.stream().filter(provider -> job.backend().equals(provider.name())).toList();
    if (named.size() == 1) {
      return new ChosenBackend(named.get(0), job.settings(), job.plugins(), job.faults());
    }
    if (providers.isEmpty()) {
      throw new UsageException(
          job.plugins().isEmpty()
              ? "give --plugin PATH: the jar of the backend, or a folder with it and its libraries"
              : Texts.format(
                  "--plugin %s: names no backend; the jar needs a file META-INF/services/%s with"
                      + " the name of its provider's class",
                  job.plugins(), BackendProvider.class.getName()));
    }
    throw new UsageException(
        Texts.format(
            "--backend %s: %s; found: %s",
            job.backend(),
            named.isEmpty() ? "there is no such backend" : "several have that name",
            providers.stream().map(each -> each.name() + " " + each.version()).toList()));
  }

  private final class Told implements KitRun.Progress {
    @Override
    public void started(String chapter, String test) {
      link.tell("start", chapter, test);
    }

    @Override
    public void ended(Outcome outcome) {
      link.tell(
          "end",
          outcome.chapter(),
          outcome.test(),
          Words.line(outcome.rules()),
          outcome.verdict().name(),
          outcome.reason(),
          Long.toString(outcome.took().toNanos()),
          Words.line(outcome.notes()),
          outcome.trace(),
          outcome.saved());
      if (outcome.poisoned()) {
        link.tell("restart");
        Runtime.getRuntime().halt(0);
      }
    }
  }
}
