/**
 * Kills a process that writes, and judges the state that the next process finds.
 *
 * <p>{@link io.databroker.tck.crashes.CrashRun} starts child JVMs in sequence on the same store.
 * Each {@code CrashChild} opens the store, reads all of it, and then makes the calls of {@code
 * Clients} until it is killed. It reports each call before it begins and each answer when it
 * returns. The parent collects them in a {@code Life}. The next child must read a state that the
 * life allows: {@code KilledStore} compares the two, {@code Aftermath} names the broken rule, and
 * {@code Leases} does so for leases. {@code Contents} reports the contents of a store; the last
 * state of a run is read in the parent's own process. {@code Moment} lists the moments of a kill. A
 * child that makes a {@code LastCall} of each kind makes each in a store of its own.
 */
@NullMarked
package io.databroker.tck.crashes;

import org.jspecify.annotations.NullMarked;
