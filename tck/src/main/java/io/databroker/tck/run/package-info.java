/**
 * Runs the kit without a test class: for the command line, and for the kit's own tests. {@code
 * Main} parses the command line; {@code Judge} starts a {@code ChildRun} for each child JVM, where
 * {@code Child} runs a {@code Job}; {@code KitRun} runs tests in one JVM. {@code Catalogue} lists
 * the tests of each rule. {@code Outcome}s add up to {@code RuleVerdict}s, a {@code Report} and an
 * {@code HtmlReport}.
 */
@NullMarked
package io.databroker.tck.run;

import org.jspecify.annotations.NullMarked;
