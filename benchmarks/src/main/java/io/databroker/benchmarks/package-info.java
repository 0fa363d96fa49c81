/**
 * Benchmarks that compare speed and memory with bare data structures and other stores.
 *
 * <p>{@link Benchmarks} is the program. {@code Catalogue} lists the {@code Comparison}s; each runs
 * a JMH class ({@link RecordBenchmark}, {@link WalkBenchmark} and others) on the stores that {@link
 * Turns} loads, and gives {@code Row}s with {@code Target}s. {@code Stores} opens our backends and
 * their peers. {@code Measurement} runs JMH; {@code Outcome}, {@code Table} and {@code Json}
 * report. {@code ServerComparison} and {@link Footprint} measure processes, {@code
 * PostgresComparison} a database. {@code Against} compares two commits. The package {@code steady}
 * puts load on servers for a long time, and {@code scale} measures one large store.
 *
 * <p><b>Thread-safety:</b> none; JMH sets up on one thread, and threads of a benchmark only read
 * the prepared state.
 */
@NullMarked
package io.databroker.benchmarks;

import org.jspecify.annotations.NullMarked;
