/**
 * Building blocks for people who write backends. Using them is optional; each one is what every
 * backend would otherwise write again.
 *
 * <ul>
 *   <li>Feeds: {@link io.databroker.api.support.WaitingFeeds} opens change feeds and signals those
 *       that wait; a backend supplies a small {@link io.databroker.api.support.FeedSource}. {@link
 *       io.databroker.api.support.Positions} checks where a feed may begin.
 *   <li>Writes: {@link io.databroker.api.support.Conditions} checks the conditions of a batch,
 *       {@link io.databroker.api.support.Extraction} calls the extraction function and rejects one
 *       that calls its backend.
 *   <li>Reads: {@link io.databroker.api.support.HeapSnapshot} is a snapshot of records on the heap.
 *   <li>State: {@link io.databroker.api.support.LeaseTable} holds leases, {@link
 *       io.databroker.api.support.TypeList} the sorted types, {@link
 *       io.databroker.api.support.TypeMap} the options, {@link
 *       io.databroker.api.support.ServerVersions} draws the names of histories.
 * </ul>
 */
@NullMarked
package io.databroker.api.support;

import org.jspecify.annotations.NullMarked;
