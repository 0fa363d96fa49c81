/** Metrics and health of a server, served over HTTP. */
@NullMarked
package io.databroker.server.metrics;

import org.jspecify.annotations.NullMarked;
