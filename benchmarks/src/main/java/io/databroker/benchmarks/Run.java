package io.databroker.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** One run: prints each wanted row once it is measured, and goes on after a failure. */
final class Run {

  /** Measures the wanted rows of one part of a run, and tells each once it is known. */
  interface Part {
    void measure(Measurement measurement, Predicate<String> wanted, Consumer<Outcome> told)
        throws Exception;
  }

  private final Measurement measurement;
  private final Predicate<String> wanted;
  private final PrintStream print;
  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<String> failed = new ArrayList<>();

  Run(Measurement measurement, Predicate<String> wanted, PrintStream print) {
    this.measurement = measurement;
    this.wanted = wanted;
    this.print = print;
    print.print(Table.head());
  }

  /** Runs the comparisons that have a wanted row. */
  void compare(List<Comparison> comparisons) {
    for (Comparison comparison : comparisons) {
      part(
          comparison.rows().stream().map(Row::name).distinct().toList(),
          (measured, rows, told) ->
              measured.run(comparison).stream()
                  .filter(it -> rows.test(it.row().name()))
                  .forEach(told));
    }
  }

  /**
   * Measures a part, unless none of its rows is wanted.
   *
   * @param rows the names of all rows of the part
   */
  void part(List<String> rows, Part part) {
    List<String> missing = new ArrayList<>(rows.stream().filter(wanted).toList());
    if (missing.isEmpty()) {
      return;
    }
    try {
      part.measure(
          measurement,
          wanted,
          outcome -> {
            missing.remove(outcome.row().name());
            outcomes.add(outcome);
            print.print(Table.line(outcome));
          });
    } catch (Exception e) {
      print.println("FAILED: " + String.join("; ", missing));
      e.printStackTrace(print);
    }
    failed.addAll(missing);
  }

  List<Outcome> outcomes() {
    return outcomes;
  }

  /** Returns whether no row was wanted. */
  boolean isEmpty() {
    return outcomes.isEmpty() && failed.isEmpty();
  }

  /** Prints the rows that failed, if any, and returns the exit code. */
  int end() {
    if (failed.isEmpty()) {
      return 0;
    }
    print.println("FAILED, with the causes above:");
    failed.forEach(it -> print.println("  " + it));
    return 1;
  }
}
