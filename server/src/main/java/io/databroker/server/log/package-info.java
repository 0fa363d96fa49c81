/**
 * Log of the server: one line per event on standard error, as text or as JSON.
 *
 * <p>Libraries log to java.util.logging, some through SLF4J. {@link Logging} takes over there.
 * {@code TextLine} and {@code JsonEvent} lay out lines, {@code LineRate} bounds their number, and
 * {@link Event} carries a message and fields, for {@link AuditLog} and slow calls.
 */
@NullMarked
package io.databroker.server.log;

import org.jspecify.annotations.NullMarked;
