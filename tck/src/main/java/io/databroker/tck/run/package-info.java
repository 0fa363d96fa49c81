/**
 * Runs the kit without a test class: for the command line, and for the kit's own tests.
 *
 * <ul>
 *   <li>Command line: {@code Main} parses it; {@code ChosenBackend} and {@code ChosenTests} are the
 *       chosen backend and tests, {@code Plugins} loads jars, {@code Commands} injects faults.
 *       {@code NewBackend} writes a project, {@code Recheck} judges saved histories.
 *   <li>A run: {@code Judge} starts a {@code ChildRun} for each child JVM, where {@code Child} runs
 *       a {@code Job}; {@code KitRun} runs tests in one JVM. {@code Catalogue} lists the tests of
 *       each rule, {@code Shares} divides the budget, {@code TimeLeft} estimates the rest.
 *   <li>Results: {@code Outcome}s add up to {@code RuleVerdict}s, a {@code Report} and an {@code
 *       HtmlReport} in a {@code ReportFolder}; {@code LastRun} remembers the failed tests.
 * </ul>
 */
@NullMarked
package io.databroker.tck.run;

import org.jspecify.annotations.NullMarked;
