/**
 * Authentication of callers: shared keys, and certificates for TLS.
 *
 * <p>{@link io.databroker.server.auth.SharedKeys} holds the keys, {@code TokenCheck} verifies a
 * token against them, and {@link io.databroker.server.auth.CallerCheck} rejects calls without one.
 * {@code Caller} is the name of a caller in the audit log. {@link
 * io.databroker.server.auth.TlsFiles} reads certificates. Keys and certificates follow their files
 * when these change: {@code FileWatch} notices it. On the side of a client, {@code TokenSigner}
 * signs the calls.
 */
@NullMarked
package io.databroker.server.auth;

import org.jspecify.annotations.NullMarked;
