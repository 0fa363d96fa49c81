/**
 * A backend that keeps its records off the heap: in RAM, or in a directory that survives {@code
 * kill -9}.
 *
 * <p>Packages, from the top; each knows only those below it: this one, {@link
 * io.databroker.offheap.directory}, {@link io.databroker.offheap.journal}, {@link
 * io.databroker.offheap.memory}.
 *
 * <p>Read {@link io.databroker.offheap.OffheapBackend} first: it has one short method for each
 * call. Then {@code Store} (the lock and the steps of a write), {@code History} (how readers see
 * whole batches without a lock, and why this is correct), {@code Batch} (plans a write) and {@code
 * BatchCommit} (appends, installs and publishes it).
 *
 * <ul>
 *   <li><b>Opening:</b> {@code OffheapProvider} calls {@code JvmFlags} and {@code Opening}, which
 *       calls {@code DirectoryOpening} for a directory; {@code Recovery} reads the journal.
 *   <li><b>Writing:</b> {@code OffheapBackend} calls {@code Store.write}, which runs {@code Batch},
 *       {@code OptionsChange}, {@code Expiry}, {@code Trim} or {@code LeaseCalls} under the lock.
 *   <li><b>Reading:</b> {@code History.get} for one key; {@code OpenSnapshot} over a {@code
 *       VersionSource} for many; {@code FeedReader} for changes.
 *   <li><b>Data:</b> {@code Commit} is the state that readers see at one instant; {@code TypeTable}
 *       is the state of a type; {@code Change} is one write of a batch.
 * </ul>
 *
 * <p>docs/off-heap.md describes the design, and ADR 7, 9 and 10 its choices.
 */
@NullMarked
package io.databroker.offheap;

import org.jspecify.annotations.NullMarked;
