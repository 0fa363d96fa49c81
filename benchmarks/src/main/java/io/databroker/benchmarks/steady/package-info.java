/**
 * Steady load on servers for a long time, watched through their metrics.
 *
 * <p>{@link io.databroker.benchmarks.steady.SteadyLoad} is the program: it starts a {@code
 * WatchedServer} for each backend, puts a {@code MixedLoad} on it, and takes a {@code Sample} of
 * its metrics each second. At the end, {@code Trend} says whether a measure has grown, and {@code
 * Chart} draws all samples.
 *
 * <p><b>Thread-safety:</b> one thread at a time uses an object, unless its type says otherwise.
 */
@NullMarked
package io.databroker.benchmarks.steady;

import org.jspecify.annotations.NullMarked;
