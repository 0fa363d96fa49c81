package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.LimitExceededException;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.Conditions;
import io.databroker.api.support.LastPayloads;
import io.databroker.api.support.WriteBatch;
import io.databroker.postgres.WritePlan.Live;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the batches of several callers in one transaction, in order: a batch sees the writes of
 * the batches before it, and a rejected batch has no effect.
 */
final class GroupWrite {
  /** The live record of each key, in a table named r. */
  private static final String NEWEST =
      """
      CROSS JOIN LATERAL (
        SELECT * FROM record x WHERE x.type = k.type AND x.id = k.id
          AND x.version + 0 > (SELECT cleared FROM store)
        ORDER BY x.version + 0 DESC LIMIT 1
      ) r WHERE NOT r.deleted\
      """;

  private static final String FIND =
      "SELECT "
          + Tx.NOW_COLUMNS
          + """
          , f.* FROM (SELECT) one LEFT JOIN LATERAL (
            SELECT k.n, r.version, octet_length(r.payload), NULL::bytea
            FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS k(type, id, n)
          """
          + NEWEST
          + ") f ON true";

  /** Reads the payloads of the records to delete, too, up to a total size. */
  private static final String FIND_DELETED =
      "SELECT "
          + Tx.NOW_COLUMNS
          + """
          , f.n, f.version, f.bytes, CASE WHEN f.wanted AND f.through <= %d THEN f.payload END
          FROM (SELECT) one LEFT JOIN LATERAL (
            SELECT k.n, k.wanted, r.version, r.payload, octet_length(r.payload) AS bytes,
              sum(CASE WHEN k.wanted THEN octet_length(r.payload) ELSE 0 END)
                OVER (ORDER BY k.n ROWS UNBOUNDED PRECEDING) AS through
            FROM unnest(?::text[], ?::text[], ?::boolean[])
              WITH ORDINALITY AS k(type, id, wanted, n)
          """
              .replace("%d", Long.toString(LastPayloads.MOST_BYTES))
          + NEWEST
          + ") f ON true";

  private static final String COUNTS =
      "SELECT type, live, oldest FROM type_count WHERE type = ANY (?)";

  /**
   * Outcome of one batch: a result, the error that rejected it, or neither if the batch was left
   * out. A batch is left out if the group deletes too many bytes, or if the extraction function
   * failed with an Error. A batch that is alone in its group is never left out.
   *
   * @param refusal an exception, or the Error of the extraction function
   */
  record Answer(@Nullable PutResult result, @Nullable Throwable refusal) {
    static final Answer LEFT_OUT = new Answer(null, null);
  }

  /**
   * Outcome of a group.
   *
   * @param row the bounds after it
   * @param plan the writes
   */
  record Done(List<Answer> answers, StoreRow row, WritePlan plan) {}

  private final Tx tx;
  private final List<WriteBatch> batches;
  private final Map<Key, Live> found = new HashMap<>();

  private final Map<String, Eviction> evictions = new LinkedHashMap<>();

  GroupWrite(Tx tx, List<WriteBatch> batches) {
    this.tx = tx;
    this.batches = batches;
  }

  Done run(OptionsTable table, IndexBuild index, Digests digests, String channel)
      throws SQLException {
    Set<String> types = new LinkedHashSet<>();
    batches.forEach(batch -> batch.writes().forEach(write -> types.add(write.type())));
    lockAndFind();
    IndexBuild.Current current = index.current(tx, table.underLock(tx), types);
    OptionsTable.Known options = current.options();
    WritePlan plan = new WritePlan(tx.row().latest(), tx.now(), found);
    prepareEvictions(plan, options, types);
    List<Answer> answers = new ArrayList<>();
    for (WriteBatch batch : batches) {
      String behind = firstOf(batch, current.behind());
      answers.add(
          behind == null
              ? apply(plan, batch, options, digests)
              : new Answer(null, new IndexBehindException(behind)));
    }
    if (!plan.isEmpty()) {
      Set<String> expiring = new HashSet<>();
      boolean indexed = false;
      for (String type : types) {
        TypeOptions ofType = options.of(type);
        indexed |= !ofType.indexedFields().isEmpty();
        if (ofType.ttl() != null) {
          expiring.add(type);
        }
      }
      RowWriter.write(tx, plan, channel, expiring, indexed);
    }
    return new Done(answers, tx.row().upTo(plan.latest()), plan);
  }

  private static @Nullable String firstOf(WriteBatch batch, Set<String> types) {
    for (Write write : batch.writes()) {
      if (types.contains(write.type())) {
        return write.type();
      }
    }
    return null;
  }

  /** Takes the lock and reads the keys in one round trip to the server. */
  private void lockAndFind() throws SQLException {
    Map<Key, Boolean> wanted = new LinkedHashMap<>();
    for (WriteBatch batch : batches) {
      Set<Key> written = new HashSet<>();
      for (Write write : batch.writes()) {
        Key key = new Key(write.type(), write.id());
        boolean isFirst = written.add(key); // a later delete has the payload of the batch
        wanted.merge(key, isFirst && write instanceof Write.Delete, Boolean::logicalOr);
      }
    }
    List<Key> keys = List.copyOf(wanted.keySet());
    Boolean[] payloads = wanted.values().toArray(new Boolean[0]);
    boolean deletes = wanted.containsValue(true);
    String sql = Tx.LOCK + "; " + (deletes ? FIND_DELETED : FIND);
    try (PreparedStatement statement = tx.connection.prepareStatement(sql)) {
      statement.setArray(1, texts(keys.stream().map(Key::type).toArray(String[]::new)));
      statement.setArray(2, texts(keys.stream().map(Key::id).toArray(String[]::new)));
      if (deletes) {
        statement.setArray(3, tx.connection.createArrayOf("bool", payloads));
      }
      statement.execute();
      keys.forEach(key -> found.put(key, Live.NONE));
      try (ResultSet rows = tx.readLock(statement)) {
        do {
          int number = rows.getInt(Tx.NOW_WIDTH + 1); // 0 if no key has a live record
          if (number > 0) {
            found.put(keys.get(number - 1), live(rows, Tx.NOW_WIDTH + 2));
          }
        } while (rows.next());
      }
    }
  }

  private static Live live(ResultSet row, int first) throws SQLException {
    byte[] payload = row.getBytes(first + 2);
    Bytes known = payload == null ? null : Bytes.copyOf(payload);
    return new Live(row.getLong(first), row.getLong(first + 1), known, null);
  }

  private java.sql.Array texts(String[] values) throws SQLException {
    return tx.connection.createArrayOf("text", values);
  }

  private void prepareEvictions(WritePlan plan, OptionsTable.Known options, Set<String> types)
      throws SQLException {
    Map<String, Long> writes = new HashMap<>();
    Map<String, Long> added = new HashMap<>();
    Set<Key> absent = new HashSet<>();
    for (WriteBatch batch : batches) {
      for (Write write : batch.writes()) {
        writes.merge(write.type(), 1L, Long::sum);
        Key key = new Key(write.type(), write.id());
        if (write instanceof Write.Put && plan.live(key).version() == 0 && absent.add(key)) {
          added.merge(key.type(), 1L, Long::sum);
        }
      }
    }
    List<String> limited =
        types.stream().filter(type -> options.of(type).capacity() != null).toList();
    if (limited.isEmpty()) {
      return;
    }
    Map<String, long[]> counts = counts(tx, limited);
    for (String type : limited) {
      Long capacity = options.of(type).capacity();
      long[] count = counts.getOrDefault(type, new long[2]);
      if (capacity != null) {
        Eviction eviction = new Eviction(plan, type, capacity, count);
        evictions.put(type, eviction);
        long most = eviction.excess() + 2 * writes.getOrDefault(type, 0L);
        // Rewrites alone evict nothing, and may have left many replaced rows to read.
        if (Long.compareUnsigned(count[0] + added.getOrDefault(type, 0L), capacity) > 0) {
          eviction.fetch(tx.connection, tx.row(), most);
        }
      }
    }
  }

  /** Returns the number of live records and the lower bound of their versions, by type. */
  static Map<String, long[]> counts(Tx tx, List<String> types) throws SQLException {
    Map<String, long[]> counts = new HashMap<>();
    Object names = tx.connection.createArrayOf("text", types.toArray(new String[0]));
    new Sql(tx.connection, COUNTS, names)
        .readRows(row -> counts.put(row.getString(1), new long[] {row.getLong(2), row.getLong(3)}));
    return counts;
  }

  /** Plans a batch, and takes it back if it deletes too many bytes. */
  private Answer apply(
      WritePlan plan, WriteBatch given, OptionsTable.Known options, Digests digests) {
    List<Write> batch = given.writes();
    List<List<UUID>> values = new ArrayList<>();
    try {
      Conditions.check(
          batch, i -> plan.live(new Key(batch.get(i).type(), batch.get(i).id())).version());
      for (int i = 0; i < batch.size(); i++) {
        values.add(values(batch.get(i), i, options, digests));
      }
    } catch (RuntimeException refusal) {
      return new Answer(null, refusal);
    } catch (Error failure) {
      // Written alone, the batch may succeed, as after a full heap; otherwise only its caller gets
      // the Error.
      return batches.size() > 1 ? Answer.LEFT_OUT : new Answer(null, failure);
    }
    List<StoredRecord> stored = new ArrayList<>(batch.size());
    Set<String> types = new LinkedHashSet<>();
    Instant now = Rows.instant(tx.now());
    boolean isRead = true;
    for (int i = 0; i < batch.size(); i++) {
      plan.time = Rows.microsNotBefore(given.time(i, now));
      Write write = batch.get(i);
      types.add(write.type());
      NewRow row = apply(plan, write, values.get(i));
      if (row == null) {
        Instant time = Rows.instant(plan.time);
        stored.add(new StoredRecord(write.type(), write.id(), 0, Bytes.EMPTY, time, true));
      } else if (row.payload != null) {
        stored.add(row.record());
      } else {
        isRead = false;
      }
    }
    Eviction.run(types.stream().map(evictions::get).filter(eviction -> eviction != null).toList());
    try {
      new LastPayloads().add(plan.deletedBytes);
    } catch (LimitExceededException refusal) {
      plan.undoBatch();
      return new Answer(null, refusal);
    }
    if (!isRead) {
      plan.undoBatch();
      return Answer.LEFT_OUT;
    }
    plan.endBatch();
    return new Answer(new PutResult(tx.row().serverVersion(), stored), null);
  }

  private static List<UUID> values(
      Write write, int index, OptionsTable.Known options, Digests digests) {
    if (!(write instanceof Write.Put put)) {
      return List.of();
    }
    List<String> fields = options.of(write.type()).indexedFields();
    return fields.isEmpty() ? List.of() : digests.ofWrite(index, put.type(), put.payload(), fields);
  }

  /** Returns the row of the write, or null for the delete of an absent record. */
  private @Nullable NewRow apply(WritePlan plan, Write write, List<UUID> values) {
    Key key = new Key(write.type(), write.id());
    if (write instanceof Write.Put put) {
      NewRow row = plan.put(key, put.payload(), values);
      Eviction eviction = evictions.get(put.type());
      if (eviction != null) {
        eviction.wrote(row);
      }
      return row;
    }
    Live live = plan.live(key);
    return live.version() == 0 ? null : plan.delete(key, live);
  }
}
