/**
 * Copies of whole stores: backups, copies from store to store, and the proof that two are equal.
 *
 * <p>Reading order: {@link io.databroker.host.copy.CopyEnd} is a store to copy from or to, and
 * {@link io.databroker.host.copy.BackendCopy} is one for an open backend. {@link
 * io.databroker.host.copy.StoreCopy} copies from one to the other and follows the changes; {@link
 * io.databroker.host.copy.StoreComparison} compares two. {@link io.databroker.host.copy.Backup}
 * writes, checks and restores backup files, in the format that {@code BackupWriter} describes; an
 * {@code Increment} holds the changes since another one, and a {@code BackupChain} is a full backup
 * with its increments. An {@link io.databroker.host.copy.UnfinishedMark} shows that a store is only
 * a part of one. All of them put records in the order of their writes with {@code RecordSort},
 * which spills to disk.
 *
 * <p><b>Thread-safety:</b> one thread at a time uses an object of this package, unless its type
 * says otherwise.
 */
@NullMarked
package io.databroker.host.copy;

import org.jspecify.annotations.NullMarked;
