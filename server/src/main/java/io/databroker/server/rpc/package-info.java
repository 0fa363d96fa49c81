/** The databroker protocol over gRPC, on any backend. */
@NullMarked
package io.databroker.server.rpc;

import org.jspecify.annotations.NullMarked;
