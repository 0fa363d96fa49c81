/**
 * Records in PostgreSQL: one store for hosts on several machines. Hosts use only {@link
 * io.databroker.postgres.PostgresProvider}.
 *
 * <p>Reading order:
 *
 * <ul>
 *   <li>Opening: {@code PostgresProvider} reads {@code PostgresSettings}, {@code Opening} checks
 *       the server, {@code Migration} creates the tables, {@code Cluster} checks for each
 *       connection whether its server has all writes.
 *   <li>Calls: {@code PostgresBackend} is the store, and {@code Store} has the parts that its calls
 *       share. {@code Sessions} lends connections and ends calls in time, {@code SessionSource} and
 *       {@code Reconnect} make them, {@code RawSockets} cuts them off. {@code Transactions} commits
 *       a {@code Tx} and resolves the outcome of a lost commit; {@code Sql} is one statement, and
 *       {@code SqlFailures} sorts errors.
 *   <li>Writes: {@code WriteQueue} gathers the batches of one host, {@code GroupWrite} makes a
 *       {@code WritePlan} of them, {@code Eviction} chooses the records to evict, {@code RowWriter}
 *       writes the rows. {@code OptionsChange}, {@code Expiry} with {@code ExpiredRecords}, {@code
 *       Trim}, {@code Clear}, {@code Leases} and {@code Checkpoints} are the other writes.
 *   <li>Reads: {@code Reads} has the reads of one statement, {@code StoredSnapshot} is read in
 *       pages, which {@code RecordPages} reads by version or key, and {@code LookUp} by indexed
 *       fields. {@code OptionsTable} keeps the options, {@code IndexBuild} and {@code Digests} the
 *       indexed values.
 *   <li>Feeds: {@code Tail} keeps the newest pages of history, which {@code PageReader} reads, for
 *       all feeds of the host; {@code PageRows} collects the records of all pages; {@code Listener}
 *       receives notifications of other hosts' writes, {@code HostFeed} is one feed.
 * </ul>
 */
@NullMarked
package io.databroker.postgres;

import org.jspecify.annotations.NullMarked;
