/**
 * Faults of a backend's engine while clients make calls. {@link io.databroker.tck.faults.FaultRun}
 * injects and heals one fault; {@code FaultClient} calls the backend meanwhile; {@code
 * FaultVerdict} judges the recorded calls, and {@code StateSeen} the state that the backend
 * reported.
 */
@NullMarked
package io.databroker.tck.faults;

import org.jspecify.annotations.NullMarked;
