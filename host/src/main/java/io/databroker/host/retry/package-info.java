/**
 * Repeats calls: {@link RetryingBackend} repeats calls that fail because the engine is away, with
 * the pauses of a {@link Backoff}; {@link Retry} repeats conditional writes that lost a race.
 *
 * <p><b>Thread-safety:</b> any thread may use the types of this package.
 */
@NullMarked
package io.databroker.host.retry;

import org.jspecify.annotations.NullMarked;
