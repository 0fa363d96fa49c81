/**
 * The compatibility kit: the contract as tests for any backend.
 *
 * <p>A backend author extends {@link io.databroker.tck.DatabrokerTck}, or runs the kit's jar on a
 * plugin without writing code. The other packages are internal. Reading order:
 *
 * <ol>
 *   <li>{@code contract}: the rules of CONTRACT.md by number, and the annotations that tie a test
 *       to a rule
 *   <li>{@code chapters}: the tests, one class per chapter of the contract
 *   <li>{@code engine}: fixtures of a test: the bench, the clock, bounded calls, violations
 *   <li>{@code races}: workloads of concurrent clients, round after round
 *   <li>{@code crashes}: child JVMs that are killed, and the stores that they leave
 *   <li>{@code faults}: faults of an engine while clients work
 *   <li>{@code scripts}: random scripts of one thread, judged by a model
 *   <li>{@code history}: recordings of concurrent clients, and the checker that judges them
 *   <li>{@code drawing}: violations as pictures of an HTML page
 *   <li>{@code junit}: the JUnit extension that gives each test its bench
 *   <li>{@code child}: child JVMs and their connection to the parent
 *   <li>{@code text}: formats, shortens, quotes and loads texts
 *   <li>{@code run}: the command line and the reports
 * </ol>
 *
 * <p>Calls run one way: run, junit and chapters call races, crashes, faults, scripts and engine,
 * and these call history, child and contract. Run also calls drawing, which calls history. All
 * packages call text.
 */
@NullMarked
package io.databroker.tck;

import org.jspecify.annotations.NullMarked;
