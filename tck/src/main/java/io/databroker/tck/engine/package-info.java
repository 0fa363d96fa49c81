/**
 * Fixtures of the tests.
 *
 * <ul>
 *   <li>{@link io.databroker.tck.engine.Bench} opens backends with empty stores and sets the clock;
 *       {@code Subject} is the backend under test, and {@code Tuning} has budgets and time limits.
 *   <li>Calls: {@code WatchedBackend} notes the running {@code Calls}, and {@code Bounded} gives
 *       one up that does not return. {@code Signal} is an event to wait for, {@code Haste} the time
 *       within which calls must have returned.
 *   <li>Verdicts: {@link io.databroker.tck.engine.Violation} names a broken rule, {@code
 *       InconclusiveException} says that a test has no verdict, {@code HungException} that a call
 *       does not return.
 *   <li>Measures: {@code Cost} compares a small store with a large one; {@code Heap} and {@code
 *       Garbage} look at memory, {@code StoredBytes} at files, {@code EngineClock} at clocks.
 *   <li>Faults: a {@code Nemesis} injects and heals one in an engine; {@code CommandNemesis} does
 *       so by shell commands.
 *   <li>Threads of the kit: {@code KitThreads} creates them.
 *   <li>Child JVMs: {@code ProviderSource} creates the provider there.
 * </ul>
 */
@NullMarked
package io.databroker.tck.engine;

import org.jspecify.annotations.NullMarked;
