/**
 * One large off-heap store, measured from its load to its restart.
 *
 * <p>{@link io.databroker.benchmarks.scale.ScaleRun} is the program. For each size it starts a
 * {@code ScaleStep} three times, each in a JVM of its own. The first fills a store and is killed,
 * the second recovers the store and closes it, and the third opens the closed store. {@code
 * Watchers} are the feeds of the first step. {@code Facts} reads memory and disk.
 *
 * <p><b>Thread-safety:</b> one thread at a time uses an object, unless its type says otherwise.
 */
@NullMarked
package io.databroker.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
