package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Tables and indexes keep their size while the same records are rewritten for ever and the history
 * is trimmed. {@code -Ddatabroker.postgres.retention=600} runs for 600 seconds, and leaves the
 * vacuum to the server.
 */
class RetentionTest {
  private static final int SECONDS = Integer.getInteger("databroker.postgres.retention", 0);
  private static final int ROUNDS = 30;
  private static final int RECORDS = 400;

  private static final String SIZE =
      "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n"
          + " ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = 'retention'";

  private static void rewrite(Backend backend, int round) {
    for (int from = 0; from < RECORDS; from += 50) {
      List<Write> batch = new ArrayList<>();
      for (int i = from; i < from + 50; i++) {
        String colour = "colour=" + (i + round) % 7 + ";" + "x".repeat(200);
        batch.add(Write.put("t" + i % 3, "id" + i, Bytes.utf8(colour)));
      }
      batch.add(Write.put("gone", "id" + round, Bytes.EMPTY));
      batch.add(Write.delete("gone", "id" + (round - 1)));
      backend.put(batch);
    }
  }

  @Test
  void tablesAndIndexesKeepTheirSizeUnderRewriting() throws Exception {
    try (PgServer server = PgServer.start()) {
      server.execute(
          SECONDS == 0
              ? "ALTER SYSTEM SET autovacuum = off"
              : "ALTER SYSTEM SET autovacuum_naptime = 1");
      server.execute("SELECT pg_reload_conf()");
      try (Backend backend = TestServer.open(TestServer.settings(server.url(), "retention"))) {
        for (int i = 0; i < 3; i++) {
          backend.setOptions("t" + i, TypeOptions.NONE.withIndexedFields("colour"));
        }
        // A snapshot and a feed that stay open hold nothing on the server.
        try (var snapshot = backend.snapshot(Selection.all());
            var feed = backend.changes(backend.versions().end(), null)) {
          List<Long> sizes = run(server, backend);
          long middle = most(sizes, sizes.size() / 3, 2 * sizes.size() / 3);
          long last = most(sizes, 2 * sizes.size() / 3, sizes.size());
          System.out.printf(
              Locale.ROOT,
              "retention: %d rounds, %d versions, %d kB at most in the middle third, %d in the last%n",
              sizes.size(),
              backend.versions().latest(),
              middle >> 10,
              last >> 10);
          assertThat(last).isLessThanOrEqualTo(middle + middle / 4);
          assertThat(feed).isNotNull();
          assertThat(snapshot).isNotNull();
        }
        assertThat(backend.versions().latest()).isGreaterThan(10L * RECORDS);
      }
    }
  }

  private static List<Long> run(PgServer server, Backend backend) throws Exception {
    List<Long> sizes = new ArrayList<>();
    Deadline end = Deadline.after(Duration.ofSeconds(SECONDS));
    for (int round = 1; round <= ROUNDS || !end.isOver(); round++) {
      Instant before = Instant.now();
      rewrite(backend, round);
      // Trims only earlier rounds: this round stands for the last hour.
      backend.trim(before);
      if (SECONDS == 0) {
        server.execute(
            "VACUUM retention.record, retention.store, retention.type_count,"
                + " retention.indexed_value");
      }
      sizes.add(Long.parseLong(server.ask(SIZE)));
    }
    return sizes;
  }

  private static long most(List<Long> sizes, int from, int to) {
    return sizes.subList(from, to).stream().mapToLong(Long::longValue).max().orElseThrow();
  }
}
