/**
 * Metrics of a backend by Micrometer, an optional dependency: a host that wants them adds {@code
 * io.micrometer:micrometer-core}.
 *
 * <p>{@link io.databroker.host.metrics.MeteredBackend} counts and times the calls, {@code
 * BackendGauges} shows the counters and the state of the backend, and {@code CallMeters} has the
 * meters of one method.
 *
 * <p><b>Thread-safety:</b> every type may be used by any number of threads.
 */
@NullMarked
package io.databroker.host.metrics;

import org.jspecify.annotations.NullMarked;
