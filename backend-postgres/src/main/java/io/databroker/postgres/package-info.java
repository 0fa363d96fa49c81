/**
 * Records in PostgreSQL: one store for hosts on several machines. Hosts see {@link
 * io.databroker.postgres.PostgresProvider} alone.
 *
 * <p>Reading order:
 *
 * <ul>
 *   <li>Opening: {@code PostgresProvider} reads {@code PostgresSettings}, {@code Opening} checks
 *       the server, {@code Migration} makes the tables, {@code Cluster} judges which server
 *       answers.
 *   <li>Calls: {@code PostgresBackend} is the store. {@code Sessions} lends connections and ends
 *       calls in time, {@code Transactions} commits and finds out what became of a lost commit.
 *   <li>Writes: {@code WriteQueue} gathers the batches of one host, {@code GroupWrite} plans them,
 *       {@code Eviction} chooses what a capacity drops, {@code RowWriter} writes the rows. {@code
 *       OptionsChange}, {@code Expiry}, {@code Trim}, {@code Clear}, {@code Leases} and {@code
 *       Checkpoints} are the other writes.
 *   <li>Reads: {@code Reads} answers single questions, {@code StoredSnapshot} pages through
 *       records, {@code LookUp} uses indexed fields.
 *   <li>Feeds: {@code Tail} keeps the newest pages of history for all feeds of the host, {@code
 *       Listener} hears of writes by other hosts, {@code HostFeed} is one feed.
 * </ul>
 */
@NullMarked
package io.databroker.postgres;

import org.jspecify.annotations.NullMarked;
