package io.databroker.tck.run;

import io.databroker.tck.child.ChildJvm;
import io.databroker.tck.child.Lines;
import io.databroker.tck.child.Port;
import io.databroker.tck.child.Words;
import io.databroker.tck.engine.KitThreads;
import io.databroker.tck.run.Outcome.Verdict;
import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Run of a child JVM, from its parent's view.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
final class ChildRun {
  /** A child without a report for this long has stopped. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);

  private static final int LOOK_MILLIS = 1_000;

  private final List<String> options;
  private final Path job;
  private final Path report;
  private String end = "";
  private String trace = "";
  private String phase = "";
  private @Nullable String underWay;
  private boolean refused;
  private boolean restarts;
  private boolean starved;
  private boolean finished;

  ChildRun(List<String> options, Path job, Path report) {
    this.options = options;
    this.job = job;
    this.report = report;
  }

  /** Returns the reason for an end before all tests were run, or an empty text. */
  String end() {
    return end;
  }

  /** Stack trace of the place that ended the child, if known. */
  String trace() {
    return trace;
  }

  /** The test that was running when the child ended, as chapter and name; null if none. */
  @Nullable String underWay() {
    return underWay;
  }

  /** Current step of the first open. */
  String phase() {
    return phase;
  }

  /** Returns whether the open of the backend failed with an exception. */
  boolean refused() {
    return refused;
  }

  /** Returns whether the child ended because the last test made it unusable for further tests. */
  boolean restarts() {
    return restarts;
  }

  /** Returns whether the first open got too little processor time for a verdict. */
  boolean starved() {
    return starved;
  }

  /** Runs the child to its end. */
  void run(Consumer<String> ready, Consumer<Outcome> outcomes)
      throws IOException, InterruptedException {
    try (Port port = new Port()) {
      List<String> arguments = new ArrayList<>(List.of(job.toString()));
      arguments.addAll(port.arguments());
      Process process =
          new ProcessBuilder(ChildJvm.command(options, Child.class, arguments))
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      Thread output = KitThreads.start("output", new Output(process.getInputStream(), report));
      try {
        listen(port, process, ready, outcomes);
      } finally {
        process.destroyForcibly();
        process.waitFor();
        output.join(TimeUnit.SECONDS.toMillis(5));
      }
    }
  }

  private void listen(
      Port port, Process process, Consumer<String> ready, Consumer<Outcome> outcomes)
      throws IOException, InterruptedException {
    try (Socket socket = port.accept(process)) {
      if (socket == null) {
        end = "the JVM of the backend ended at once, with exit code " + process.exitValue();
        return;
      }
      socket.setSoTimeout(LOOK_MILLIS);
      Lines lines = new Lines(socket.getInputStream());
      while (!finished) {
        String line;
        try {
          line = lines.next(LONGEST_SILENCE);
        } catch (SocketTimeoutException silent) {
          end =
              "the JVM of the backend stopped answering: its heap is full, or all its threads hang";
          return;
        } catch (IOException reset) {
          line = null;
        }
        if (line == null) {
          end = ended(process);
          return;
        }
        see(Words.of(line), ready, outcomes);
      }
    }
  }

  private static String ended(Process process) throws InterruptedException {
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      return "the JVM of the backend closed its line to the kit";
    }
    int code = process.exitValue();
    String how =
        code > 128
            ? "it crashed or was killed"
            : "by System.exit, by Runtime.halt, or for lack of memory";
    return "the JVM of the backend ended with exit code " + code + ", " + how;
  }

  private void see(List<String> words, Consumer<String> ready, Consumer<Outcome> outcomes) {
    switch (words.get(0)) {
      case "phase" -> phase = words.get(1);
      case "ready" -> ready.accept(words.get(1) + " " + words.get(2));
      case "start" -> underWay = words.get(1) + "." + words.get(2);
      case "end" -> {
        underWay = null;
        outcomes.accept(outcome(words));
      }
      case "exiting" -> trace = words.get(1);
      case "restart" -> {
        restarts = true;
        endBecause("restarted");
      }
      case "refused" -> {
        refused = true;
        endBecause(words.get(1));
      }
      case "hung" -> {
        trace = words.get(2);
        endBecause(words.get(1) + " does not return");
      }
      case "starved" -> {
        starved = true;
        endBecause(
            words.get(1)
                + ", too little for a verdict: run it again on a machine that is less busy");
      }
      case "failed" -> {
        trace = words.get(1);
        endBecause("the kit failed: " + Texts.firstLine(words.get(1)));
      }
      case "done" -> finished = true;
      default -> {
        // Heartbeat: the child lives.
      }
    }
  }

  private void endBecause(String reason) {
    end = reason;
    finished = true;
  }

  private static Outcome outcome(List<String> words) {
    return new Outcome(
        words.get(1),
        words.get(2),
        Words.of(words.get(3)),
        Verdict.valueOf(words.get(4)),
        words.get(5),
        null,
        Duration.ofNanos(Long.parseLong(words.get(6))),
        Words.of(words.get(7)),
        words.get(8),
        words.get(9),
        false);
  }
}
