/**
 * Metrics and health of a server. {@link io.databroker.server.metrics.ServerMetrics} has the
 * meters, and {@link io.databroker.server.metrics.MetricsEndpoint} answers {@code /metrics}, {@code
 * /healthz} and {@code /readyz} over HTTP.
 */
@NullMarked
package io.databroker.server.metrics;

import org.jspecify.annotations.NullMarked;
