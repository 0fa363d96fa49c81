/** The gRPC service and the command line. */
@NullMarked
package io.databroker.server;

import org.jspecify.annotations.NullMarked;
