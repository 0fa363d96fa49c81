/**
 * Kills a process that writes, and judges what the next one finds.
 *
 * <p>{@link io.databroker.tck.crashes.CrashRun} starts one child JVM after the other on the same
 * store. Each {@code CrashChild} opens the store, reads all of it, and then makes the calls of
 * {@code Clients} until it is killed. It reports each call before it begins and each answer when it
 * returns. The parent collects them in a {@code Life}. What the next child reads must be a state
 * that the life can have left: {@code Aftermath} judges that and names the rule. {@code Leases}
 * does so for leases. {@code Moment} says when to kill.
 */
@NullMarked
package io.databroker.tck.crashes;

import org.jspecify.annotations.NullMarked;
