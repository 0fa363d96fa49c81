/**
 * Authentication of callers: shared keys, and certificates for TLS.
 *
 * <p>{@link io.databroker.server.auth.SharedKeys} holds the keys, {@code TokenCheck} verifies a
 * token against them, and {@link io.databroker.server.auth.CallerCheck} rejects calls without one.
 * {@link io.databroker.server.auth.TlsFiles} reads certificates. All of them follow their files
 * when these change.
 */
@NullMarked
package io.databroker.server.auth;

import org.jspecify.annotations.NullMarked;
