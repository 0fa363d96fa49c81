/**
 * Random scripts: long sequences of calls by one thread, judged step by step.
 *
 * <p>{@code Generator} draws the steps of a script from a seed. {@code Session} runs each {@code
 * Step} on a backend and compares every answer with {@code Reference}, a model of the contract.
 * {@code ReferenceFeed} is the model of a feed. {@link io.databroker.tck.scripts.Scripts} runs
 * script after script, shrinks the first that fails, and prints it as Java. {@code Cast} draws the
 * names of a script from {@link io.databroker.tck.scripts.Lookalikes}, and {@code Situations} rows
 * of steps that lead to rare states.
 *
 * <p>{@link io.databroker.tck.scripts.WatchedScripts} runs scripts of writes with {@code
 * Onlookers}, which are concurrent readers. Each of their answers, a {@code Sight}, must be that of
 * a state between two steps.
 */
@NullMarked
package io.databroker.tck.scripts;

import org.jspecify.annotations.NullMarked;
