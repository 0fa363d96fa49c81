package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.Settings;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** An index that is built while another host removes the records in it. */
class IndexBesideRemovalTest {
  private static final String WAITING =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";

  private final Settings settings = TestServer.freshSettings();

  /** Extraction function that first lets the other host go as far as it gets. */
  private static final class Meanwhile implements FieldExtractor {
    private final FutureTask<?> other;
    private boolean begun;

    Meanwhile(FutureTask<?> other) {
      this.other = other;
    }

    @Override
    public String fingerprint() {
      return "meanwhile";
    }

    @Override
    public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
      if (!begun) {
        begun = true;
        new Thread(other, "other host").start();
        awaitEndOrLock();
      }
      return Map.of("k", payload.toUtf8());
    }

    private void awaitEndOrLock() {
      Deadline bound = Deadline.after(LargeTypeTest.PATIENT.callTimeout());
      try {
        while (!other.isDone() && !TestServer.ask(WAITING).equals("1")) {
          assertThat(bound.isOver()).isFalse();
          LockSupport.parkNanos(5_000_000);
        }
      } catch (SQLException failure) {
        throw new AssertionError(failure);
      }
    }
  }

  private static Write write(String id, String value) {
    return Write.put("t", id, Bytes.utf8(value));
  }

  /** Returns the number of index rows whose record is gone, and the number of all index rows. */
  private String lostAndAll(Runnable removal) throws Exception {
    FutureTask<?> removing = new FutureTask<>(removal, null);
    Meanwhile function = new Meanwhile(removing);
    try (Backend backend =
        TestServer.open(settings, LargeTypeTest.PATIENT.withExtractor(function))) {
      backend.setOptions("t", TypeOptions.NONE.withIndexedFields("k"));
      removing.get(60, TimeUnit.SECONDS);
    }
    String schema = settings.get(PostgresSettings.SCHEMA);
    return TestServer.ask(
        "SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM "
            + schema
            + ".record r WHERE r.version = i.version)) || ' of ' || count(*) FROM "
            + schema
            + ".indexed_value i");
  }

  @Test
  void aTrimLeavesNoIndexRowWithoutARecord() throws Exception {
    try (Backend other = TestServer.open(settings, LargeTypeTest.PATIENT)) {
      other.put(List.of(write("replaced", "1"), write("kept", "2")));
      assertThat(
              lostAndAll(
                  () -> {
                    other.put(List.of(write("replaced", "3")));
                    other.trim(Instant.now().plusSeconds(3_600));
                  }))
          .isEqualTo("0 of 2");
    }
  }

  @Test
  void aClearLeavesNoIndexRowWithoutARecord() throws Exception {
    try (Backend other = TestServer.open(settings, LargeTypeTest.PATIENT)) {
      other.put(List.of(write("cleared", "1")));
      assertThat(lostAndAll(other::clear)).isEqualTo("0 of 0");
    }
  }
}
