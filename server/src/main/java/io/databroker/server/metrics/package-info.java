/** Metrics and health of a server over HTTP. */
@NullMarked
package io.databroker.server.metrics;

import org.jspecify.annotations.NullMarked;
