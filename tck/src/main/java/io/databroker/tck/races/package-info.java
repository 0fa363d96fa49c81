/**
 * Concurrent workloads. {@link io.databroker.tck.races.Workload} describes the clients, whose calls
 * a {@code Script} chooses; {@code Round} runs them once and records a history, {@link
 * io.databroker.tck.races.Rounds} repeats rounds for a share of the budget.
 *
 * <p>These check answers at full speed, without a history: {@link io.databroker.tck.races.PairRace}
 * (by an invariant), {@code Encounters} (two calls that meet), {@code Volume} (one question many
 * times), {@code SignalStress} and {@code Follower} (lost signals), {@code CloseRace} and {@code
 * LeaseRace}.
 */
@NullMarked
package io.databroker.tck.races;

import org.jspecify.annotations.NullMarked;
