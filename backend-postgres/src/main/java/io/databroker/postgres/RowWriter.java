package io.databroker.postgres;

import io.databroker.api.Bytes;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.ToLongFunction;

/**
 * Writes the rows of a plan in one round trip to the server: one statement for each kind of row in
 * the plan, with arrays as parameters.
 */
final class RowWriter {
  private static final String PUTS =
      """
      INSERT INTO record
        (version, type, id, payload, modified_at, deleted, batch, previous, replaced_by, expires)
      SELECT n.version, n.type, n.id, n.payload, n.modified_at, false, n.batch,
        NULLIF(n.previous, 0), NULLIF(n.replaced_by, 0), n.expires
      FROM unnest(?::bigint[], ?::text[], ?::text[], ?::bytea[], ?::bigint[], ?::bigint[],
        ?::bigint[], ?::bigint[], ?::boolean[])
        AS n(version, type, id, payload, modified_at, batch, previous, replaced_by, expires)\
      """;

  /**
   * A delete keeps the last payload, which is on the server. All arrays are in the order of the
   * last array, so that a row finds its index by its version. With a join instead, the planner
   * would have a choice.
   */
  private static final String DELETES =
      """
      INSERT INTO record
        (version, type, id, payload, modified_at, deleted, batch, previous, replaced_by, expires)
      SELECT (?::bigint[])[r.place], r.type, r.id, r.payload, (?::bigint[])[r.place], true,
        (?::bigint[])[r.place], r.version, NULL, false
      FROM (SELECT *, width_bucket(x.version, ?::bigint[]) AS place
        FROM record x WHERE x.version = ANY (?)) r\
      """;

  private static final String REPLACED =
      """
      UPDATE record SET replaced_by = (?::bigint[])[width_bucket(version, ?::bigint[])]
      WHERE version = ANY (?)\
      """;

  private static final String UNINDEX = "DELETE FROM indexed_value WHERE version = ANY (?)";

  private static final String INDEX =
      "INSERT INTO indexed_value (digest, version)"
          + " SELECT * FROM unnest(?::uuid[], ?::bigint[]) ON CONFLICT DO NOTHING";

  /** Makes the commit notify the listeners, and wait for standbys. */
  private static final String TELL = "pg_notify(?, ?), " + Transactions.LET_COMMIT_WAIT;

  private static final String STORE = "UPDATE store SET latest = ? RETURNING ";

  /** The list of types changes when a count becomes 0 or stops being 0. */
  private static final String STORE_AND_COUNTS =
      """
      WITH counted AS (
        INSERT INTO type_count AS c (type, live, oldest)
        SELECT * FROM unnest(?::text[], ?::bigint[], ?::bigint[])
        ON CONFLICT (type) DO UPDATE SET fresh = false, live = c.live + EXCLUDED.live,
          oldest = greatest(c.oldest, EXCLUDED.oldest)
        RETURNING fresh, live
      )
      UPDATE store SET latest = ?, types_epoch = types_epoch +
        (SELECT count(*) FROM counted WHERE fresh <> (live = 0))\
      """;

  private static final String EMPTY_TYPES =
      "DELETE FROM type_count WHERE live = 0 AND type = ANY (?)";

  private interface Binding {
    void to(PreparedStatement statement, int parameter) throws SQLException;
  }

  private final Connection connection;
  private final List<String> statements = new ArrayList<>();
  private final List<Binding> bindings = new ArrayList<>();

  private RowWriter(Connection connection) {
    this.connection = connection;
  }

  /**
   * Writes the plan in the transaction, and marks the transaction as writing.
   *
   * @param channel the notification channel of all hosts' listeners
   * @param expiring the types that have a TTL
   * @param indexed whether a replaced row may have indexed values
   */
  static void write(Tx tx, WritePlan plan, String channel, Set<String> expiring, boolean indexed)
      throws SQLException {
    RowWriter writer = new RowWriter(tx.connection);
    writer.puts(plan, expiring);
    writer.deletes(plan);
    writer.replaced(plan, indexed);
    writer.index(plan);
    boolean counted = writer.counts(plan);
    writer.statements.add(counted ? "SELECT " + TELL : STORE + TELL);
    if (!counted) {
      writer.number(plan.latest());
    }
    writer.text(channel);
    writer.text(Long.toString(plan.latest()));
    writer.execute();
    tx.markWritten();
  }

  private void puts(WritePlan plan, Set<String> expiring) throws SQLException {
    List<NewRow> puts = plan.rows.stream().filter(row -> !row.deleted).toList();
    if (puts.isEmpty()) {
      return;
    }
    statements.add(PUTS);
    numbers(puts, row -> row.version);
    texts(puts.stream().map(row -> row.type).toArray(String[]::new));
    texts(puts.stream().map(row -> row.id).toArray(String[]::new));
    array("bytea", puts.stream().map(RowWriter::payload).toArray(byte[][]::new));
    numbers(puts, row -> row.micros);
    numbers(puts, row -> row.batch);
    numbers(puts, row -> row.previous);
    numbers(puts, row -> row.replacedBy);
    boolean[] expires = new boolean[puts.size()];
    for (int i = 0; i < expires.length; i++) {
      expires[i] = expiring.contains(puts.get(i).type);
    }
    array("bool", expires);
  }

  private static byte[] payload(NewRow row) {
    Bytes payload = row.payload;
    return payload == null ? new byte[0] : payload.toByteArray();
  }

  private void deletes(WritePlan plan) throws SQLException {
    List<NewRow> deletes = new ArrayList<>(plan.rows);
    deletes.removeIf(row -> !row.deleted);
    if (deletes.isEmpty()) {
      return;
    }
    deletes.sort(Comparator.comparingLong(row -> row.previous));
    statements.add(DELETES);
    numbers(deletes, row -> row.version);
    numbers(deletes, row -> row.micros);
    numbers(deletes, row -> row.batch);
    numbers(deletes, row -> row.previous);
    numbers(deletes, row -> row.previous);
  }

  private void replaced(WritePlan plan, boolean indexed) throws SQLException {
    if (plan.replaced.isEmpty()) {
      return;
    }
    statements.add(REPLACED);
    SortedMap<Long, Long> sorted = new TreeMap<>(plan.replaced);
    long[] versions = sorted.keySet().stream().mapToLong(Long::longValue).toArray();
    array("int8", sorted.values().stream().mapToLong(Long::longValue).toArray());
    array("int8", versions);
    array("int8", versions);
    if (indexed) {
      statements.add(UNINDEX);
      array("int8", versions);
    }
  }

  private void index(WritePlan plan) throws SQLException {
    List<UUID> digests = new ArrayList<>();
    List<Long> versions = new ArrayList<>();
    for (NewRow row : plan.rows) {
      if (row.replacedBy == 0) {
        for (UUID digest : row.digests) {
          digests.add(digest);
          versions.add(row.version);
        }
      }
    }
    if (!digests.isEmpty()) {
      statements.add(INDEX);
      array("uuid", digests.toArray(new UUID[0]));
      array("int8", versions.stream().mapToLong(Long::longValue).toArray());
    }
  }

  /** Adds index rows of records that are already stored. */
  static void index(Connection connection, List<UUID> digests, List<Long> versions)
      throws SQLException {
    RowWriter writer = new RowWriter(connection);
    writer.statements.add(INDEX);
    writer.array("uuid", digests.toArray(new UUID[0]));
    writer.array("int8", versions.stream().mapToLong(Long::longValue).toArray());
    writer.execute();
  }

  /** Updates the counts and the store row; returns false if no count changes. */
  private boolean counts(WritePlan plan) throws SQLException {
    Set<String> changed = new TreeSet<>(plan.oldest.keySet());
    plan.counts.forEach(
        (type, by) -> {
          if (by != 0) {
            changed.add(type);
          }
        });
    if (changed.isEmpty()) {
      return false;
    }
    statements.add(STORE_AND_COUNTS);
    texts(changed.toArray(new String[0]));
    array("int8", changed.stream().mapToLong(it -> plan.counts.getOrDefault(it, 0L)).toArray());
    array("int8", changed.stream().mapToLong(it -> plan.oldest.getOrDefault(it, 0L)).toArray());
    number(plan.latest());
    String[] maybeEmpty =
        changed.stream()
            .filter(type -> plan.counts.getOrDefault(type, 0L) <= 0)
            .toArray(String[]::new);
    if (maybeEmpty.length > 0) {
      statements.add(EMPTY_TYPES);
      texts(maybeEmpty);
    }
    return true;
  }

  private void number(long value) {
    bindings.add((statement, parameter) -> statement.setLong(parameter, value));
  }

  private void text(String value) {
    bindings.add((statement, parameter) -> statement.setString(parameter, value));
  }

  private void texts(String[] values) throws SQLException {
    array("text", values);
  }

  private void numbers(List<NewRow> rows, ToLongFunction<NewRow> column) throws SQLException {
    array("int8", rows.stream().mapToLong(column).toArray());
  }

  /** Returns an array of numbers as a parameter. */
  static Array numbers(Connection connection, long[] values) throws SQLException {
    return connection.unwrap(org.postgresql.PGConnection.class).createArrayOf("int8", values);
  }

  private void array(String type, Object values) throws SQLException {
    Array array = connection.unwrap(org.postgresql.PGConnection.class).createArrayOf(type, values);
    bindings.add((statement, parameter) -> statement.setArray(parameter, array));
  }

  private void execute() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(String.join(";\n", statements))) {
      for (int i = 0; i < bindings.size(); i++) {
        bindings.get(i).to(statement, i + 1);
      }
      statement.execute();
    }
  }
}
