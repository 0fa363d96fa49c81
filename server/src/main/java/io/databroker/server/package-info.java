/**
 * The gRPC service and the command line. {@code Databroker} is the entry point. {@code cli} parses
 * the command line and opens the host, with a configuration that {@code config} merges from flags,
 * variables and a file.
 *
 * <p>Serving: {@code rpc} has the services, {@code net} guards connections, {@code auth} checks
 * keys and certificates. {@code payload} reads the fields of protobuf payloads, and {@code json}
 * converts them. Besides gRPC, {@code metrics} and {@code console} serve over {@code http}. {@code
 * log} writes the log. {@code remote} is the client side: it presents a server as a store from or
 * to which records can be copied.
 */
@NullMarked
package io.databroker.server;

import org.jspecify.annotations.NullMarked;
