/**
 * Test support for host applications. {@link TestHost} is an in-memory host; {@link TestClock}
 * turns its time, and {@link Faults} makes its backend fail. {@link TestingProvider} opens that
 * backend: an in-memory backend behind {@code FaultyCalls} and {@code FaultyFeed}.
 *
 * <p><b>Thread-safety:</b> any thread may use the types of this package.
 */
@NullMarked
package io.databroker.host.testing;

import org.jspecify.annotations.NullMarked;
