/**
 * Copies of whole stores: backups, copies from store to store, and the proof that two are equal.
 *
 * <p>{@link io.databroker.host.copy.CopyEnd} is a store to copy from or to, and {@link
 * io.databroker.host.copy.BackendCopy} is one for an open backend.
 *
 * <ul>
 *   <li>Copies: {@link io.databroker.host.copy.StoreCopy} copies from one store to another and
 *       follows the changes. {@code RestoreBatches} makes the batches, {@code Outages} repeats
 *       calls while an engine is away. An {@link io.databroker.host.copy.UnfinishedMark} shows that
 *       a store holds only a part of its records.
 *   <li>Proof: {@link io.databroker.host.copy.StoreComparison} compares two stores, and {@code
 *       Difference} finds the first difference.
 *   <li>Backups: {@link io.databroker.host.copy.Backup} writes, checks and restores files, by
 *       {@code BackupWriter}, which describes the format, {@code BackupReader} and {@code
 *       RecordCoding}. {@code NewBackupFile} and {@code PartialFile} give a file its name when it
 *       is complete. An {@code Increment} holds the changes since another backup, and a {@code
 *       BackupChain} is a full backup with its increments.
 *   <li>Order: all of them put records in the order of their writes with {@code RecordSort}, or by
 *       key with {@code KeySort}; both spill to a {@code SortFile}.
 * </ul>
 *
 * <p><b>Thread-safety:</b> one thread at a time uses an object of this package, unless its type
 * says otherwise.
 */
@NullMarked
package io.databroker.host.copy;

import org.jspecify.annotations.NullMarked;
