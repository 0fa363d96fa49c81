package io.databroker.benchmarks;

import java.util.List;
import java.util.Map;

/**
 * One JMH benchmark whose iterations are taken by several sides in turn, and the rows that come of
 * it.
 *
 * @param benchmark the class and method
 * @param sides how many take turns
 * @param threads how many threads measure
 * @param whole whether a turn is one call, whose work is equal for all sides; else as many as its
 *     time allows
 * @param processor whether its processor time counts, as nothing but the work goes on in its JVM;
 *     else the wall clock's
 * @param parameters the values of the benchmark's parameters
 * @param rows what to tell of it
 */
record Comparison(
    String benchmark,
    int sides,
    int threads,
    boolean whole,
    boolean processor,
    Map<String, String> parameters,
    List<Row> rows) {}
