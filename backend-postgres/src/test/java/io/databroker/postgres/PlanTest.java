package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Settings;
import io.databroker.postgres.RecordPages.Order;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The planner chooses the same index for a statement, whatever its statistics. A session keeps the
 * plan made while a table was empty, so any other choice could become slow.
 */
class PlanTest {
  private static final Pattern INDEX = Pattern.compile("Index (?:Only )?Scan.* using (\\w+)");

  /** The statements, each with its intended index. */
  private static Map<String, String> statements() throws ReflectiveOperationException {
    Map<String, String> statements = new LinkedHashMap<>();
    statements.put(of(GroupWrite.class, "FIND"), "record_by_key");
    statements.put(of(GroupWrite.class, "FIND_DELETED"), "record_by_key");
    statements.put(of(Reads.class, "GET"), "record_by_key");
    statements.put(of(PageReader.class, "PAGE").split(";", 2)[0], "record_pkey");
    statements.put(of(PageReader.class, "NEXT_OF_TYPE"), "record_by_type");
    statements.put(of(PageReader.class, "REST").split(";", 2)[0], "record_pkey");
    statements.put(of(Eviction.class, "OLDEST"), "record_by_type");
    statements.put(of(IndexBuild.class, "LIVE"), "record_by_type");
    statements.put(of(OptionsChange.class, "EXPIRE"), "record_by_type record_pkey");
    statements.put(of(ExpiredRecords.class, "EXPIRED"), "record_by_time");
    statements.put(of(ExpiredRecords.class, "LATE"), "record_by_type");
    statements.put(of(Expiry.class, "STILL_LIVE"), "record_pkey");
    statements.put(of(LookUp.class, "FIND"), "indexed_value_by_digest record_pkey");
    statements.put(of(LookUp.class, "BY_VERSION"), "record_pkey");
    statements.put(PageRows.LARGE, "record_pkey");
    statements.put(RecordPages.sql(null, Order.KEYS), "record_by_key");
    statements.put(RecordPages.sql("t", Order.KEYS), "record_by_key");
    statements.put(RecordPages.LAST, "record_by_key");
    statements.put(RecordPages.sql(null, Order.VERSIONS), "record_pkey");
    statements.put(RecordPages.sql("t", Order.VERSIONS), "record_by_type");
    statements.put(of(Trim.class, "FIRST_KEPT"), "record_pkey");
    statements.put(of(Trim.class, "BATCH_END"), "record_pkey");
    statements.put(of(Trim.class, "DROP"), "record_pkey indexed_value_by_version");
    statements.put(of(Trim.class, "PURGE"), "record_pkey indexed_value_by_version");
    statements.put(of(RowWriter.class, "DELETES"), "record_pkey");
    statements.put(of(RowWriter.class, "REPLACED"), "record_pkey");
    statements.put(of(RowWriter.class, "UNINDEX"), "indexed_value_by_version");
    return statements;
  }

  private static String of(Class<?> type, String name) throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return (String) field.get(null);
  }

  @Test
  void anIndexIsChosenByTheStatementAlone() throws Exception {
    Settings settings = TestServer.freshSettings();
    TestServer.open(settings).close();
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    try (Connection connection = source.plain();
        Statement statement = connection.createStatement()) {
      statement.execute("SET statement_timeout = 0");
      check(connection, "empty tables");
      statement.execute("VACUUM ANALYZE record, indexed_value");
      check(connection, "tables that were analysed while empty");
      statement.execute(
          "INSERT INTO record SELECT i, 't' || i % 3, 'id' || i, 'x', i, false, i, NULLIF(i - 9, 0),"
              + " NULL, true FROM generate_series(1, 20000) i WHERE i <> 9");
      check(connection, "many rows that were not analysed");
      statement.execute("VACUUM ANALYZE record");
      check(connection, "many rows");
      statement.execute("DELETE FROM record WHERE version > 10");
      statement.execute("VACUUM ANALYZE record");
      check(connection, "few rows");
    }
  }

  /** A key that was rewritten before a clear has many versions until they are removed. */
  @Test
  void versionsBeforeAClearAreNotRead() throws Exception {
    Settings settings = TestServer.freshSettings();
    TestServer.open(settings).close();
    SessionSource source =
        new SessionSource(PostgresSettings.of(settings), new Cluster(), Duration.ofSeconds(30));
    try (Connection connection = source.plain()) {
      for (String sql : List.of(of(Reads.class, "GET"), of(GroupWrite.class, "FIND"))) {
        assertThat(plan(connection, sql)).containsPattern("Index Cond: .*\\(version \\+ 0\\) >");
      }
    }
  }

  private static void check(Connection connection, String when) throws Exception {
    for (Map.Entry<String, String> each : statements().entrySet()) {
      String plan = plan(connection, each.getKey());
      Matcher matcher = INDEX.matcher(plan);
      assertThat(matcher.results().map(it -> it.group(1)).distinct())
          .as("%s: %s%n%s", when, each.getKey(), plan)
          .contains(each.getValue().split(" ", -1))
          .isSubsetOf((each.getValue() + " store_pkey run_pkey").split(" ", -1));
      assertThat(plan)
          .as("%s: %s", when, each.getKey())
          .doesNotContain("Seq Scan on record")
          .doesNotContain("Seq Scan on indexed_value")
          .doesNotContain("Join Filter");
      if (!each.getKey().equals(of(LookUp.class, "FIND"))
          && !each.getKey().equals(of(LookUp.class, "BY_VERSION"))) {
        assertThat(plan).as("%s: %s", when, each.getKey()).doesNotContain("Sort");
      }
    }
  }

  private static String plan(Connection connection, String sql) throws SQLException {
    StringBuilder numbered = new StringBuilder();
    int parameters = 0;
    for (int i = 0; i < sql.length(); i++) {
      char c = sql.charAt(i);
      numbered.append(c == '?' ? "$" + ++parameters : String.valueOf(c));
    }
    String nulls = String.join(", ", Collections.nCopies(parameters, "NULL"));
    StringBuilder plan = new StringBuilder();
    try (Statement statement = connection.createStatement()) {
      statement.execute("PREPARE it AS " + numbered);
      try (ResultSet lines = statement.executeQuery("EXPLAIN EXECUTE it(" + nulls + ")")) {
        while (lines.next()) {
          plan.append(lines.getString(1)).append('\n');
        }
      }
      statement.execute("DEALLOCATE it");
    }
    return plan.toString();
  }
}
