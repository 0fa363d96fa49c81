/**
 * The gRPC service and the command line. {@code cli} parses the command line and opens the host,
 * with a configuration that {@code config} merges from flags, variables and a file; {@code rpc}
 * serves it; {@code log} writes the log; {@code net} guards connections; {@code auth} checks keys
 * and certificates; {@code payload} reads the fields of protobuf payloads, and {@code json}
 * converts them. {@code Databroker} is the entry point.
 */
@NullMarked
package io.databroker.server;

import org.jspecify.annotations.NullMarked;
