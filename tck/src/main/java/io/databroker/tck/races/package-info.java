/**
 * Concurrent workloads. {@link io.databroker.tck.races.Workload} describes the clients, {@code
 * Round} runs them once and records a history, {@link io.databroker.tck.races.Rounds} repeats
 * rounds for a share of the budget. Closes and leases have races of their own. {@link
 * io.databroker.tck.races.PairRace} checks answers at full speed, without a history.
 */
@NullMarked
package io.databroker.tck.races;

import org.jspecify.annotations.NullMarked;
