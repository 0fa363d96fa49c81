/**
 * Building blocks for authors of backends and of decorators. They are optional; each saves code
 * that every backend would otherwise repeat.
 *
 * <ul>
 *   <li>Feeds: {@link io.databroker.api.support.WaitingFeeds} opens change feeds and signals
 *       waiting ones; a backend supplies a small {@link io.databroker.api.support.FeedSource}.
 *       {@link io.databroker.api.support.Positions} checks positions at which feeds begin.
 *   <li>Writes: {@link io.databroker.api.support.WriteBatch} is the batch of a put or a restore.
 *       {@link io.databroker.api.support.Conditions} checks the conditions of a batch, {@link
 *       io.databroker.api.support.LastPayloads} limits the payloads of the records that it deletes.
 *       {@link io.databroker.api.support.Gathering} waits for writers whose batches one commit
 *       covers. {@link io.databroker.api.support.Extraction} calls the extraction function and
 *       rejects one that calls its backend.
 *   <li>Reads: {@link io.databroker.api.support.HeapSnapshot} is a snapshot of records on the heap.
 *   <li>State: {@link io.databroker.api.support.LeaseTable} holds leases, {@link
 *       io.databroker.api.support.TypeList} the sorted types, {@link
 *       io.databroker.api.support.TypeMap} the options, {@link
 *       io.databroker.api.support.ServerVersions} chooses the names of histories.
 *   <li>Decorators: {@link io.databroker.api.support.ForwardingBackend}, {@link
 *       io.databroker.api.support.ForwardingFeed}, {@link
 *       io.databroker.api.support.ForwardingSnapshot} and {@link
 *       io.databroker.api.support.ForwardingProvider} pass every call on.
 * </ul>
 */
@NullMarked
package io.databroker.api.support;

import org.jspecify.annotations.NullMarked;
