package io.databroker.benchmarks;

import java.util.List;
import java.util.Map;

/**
 * JMH benchmark in which several sides take turns, with its rows.
 *
 * @param benchmark the class and method
 * @param sides number of sides
 * @param threads number of measuring threads
 * @param whole whether a turn is one call with the same work for all sides, rather than a fixed
 *     time
 * @param processor whether processor time counts, because the JVM does nothing else; otherwise
 *     wall-clock time
 * @param parameters values of the parameters of the benchmark
 * @param rows the rows
 */
record Comparison(
    String benchmark,
    int sides,
    int threads,
    boolean whole,
    boolean processor,
    Map<String, String> parameters,
    List<Row> rows) {}
