/**
 * A small HTTP server on Netty for people and scrapers, in addition to gRPC.
 *
 * <p>{@link io.databroker.server.http.HttpEndpoint} listens, {@code HttpConnections} bounds the
 * open connections, and {@code HttpExchanges} answers the requests of one connection.
 */
@NullMarked
package io.databroker.server.http;

import org.jspecify.annotations.NullMarked;
