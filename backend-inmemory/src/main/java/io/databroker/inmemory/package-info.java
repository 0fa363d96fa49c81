/**
 * Records on the heap: the default backend for embedded use.
 *
 * <p>Read {@link io.databroker.inmemory.History} first: it explains how writers publish a batch and
 * why readers need no lock. Then, by group:
 *
 * <ul>
 *   <li>Opening: {@code InMemoryProvider} declares settings and limits.
 *   <li>State: {@code History} holds one {@code Table} per type; {@code Commit} is the state at one
 *       instant; {@code Log} is the sequence of changes, {@code Entry} one change; {@code
 *       WriteOrder} keeps the order for evictions, {@code Slots} and {@code Base} serve snapshots.
 *   <li>Writing: {@code InMemoryBackend} plans and commits a {@code Batch} ({@code Planned} finds
 *       its keys); {@code OptionsChange}, {@code Expiry} and {@code Trim} work in portions.
 *   <li>Reading: snapshots read bases, {@code LookUp} reads a {@code FieldIndex}, {@code
 *       HistoryFeed} reads the logs for a feed.
 *   <li>Memory: {@code Usage} estimates the heap in use, {@code Room} keeps it bounded.
 * </ul>
 *
 * <p>Everything that changes belongs to the one writer that holds the backend's lock, except where
 * a comment says otherwise.
 */
@NullMarked
package io.databroker.inmemory;

import org.jspecify.annotations.NullMarked;
