package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.LimitExceededException;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Settings;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Small batches must not fill the heap with the payloads of deleted records (LIMIT-3). */
class LargeDeletesTest {
  private static final int PAYLOAD = 1_000_000;

  /** Returns a store with that many large records. */
  private static Settings filled(int records) throws SQLException {
    Settings settings = LargeTypeTest.filled(records);
    TestServer.execute(
        String.format(
            Locale.ROOT,
            "UPDATE %s.record SET payload = decode(repeat('00', %d), 'hex')",
            settings.get(PostgresSettings.SCHEMA),
            PAYLOAD));
    return settings;
  }

  /** Returns the deletes of the records from {@code first} to {@code last}. */
  private static List<Write> deletes(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(i -> Write.delete("t", "id" + i)).toList();
  }

  @Test
  void aBatchThatDeletesTooManyBytesIsRefusedAndTwoSmallerOnesAreNot() throws Exception {
    try (Backend backend = TestServer.open(filled(68), LargeTypeTest.PATIENT)) {
      assertThatThrownBy(() -> backend.put(deletes(1, 68)))
          .isInstanceOf(LimitExceededException.class)
          .hasMessageContaining("68000000 bytes; give at most 67108864");
      assertThat(backend.versions().latest()).isEqualTo(68);
      assertThat(backend.get("t", "id1")).isNotNull();
      assertThat(backend.put(deletes(1, 60)).records())
          .allMatch(record -> record.deleted() && record.payload().size() == PAYLOAD);
      backend.put(deletes(61, 68));
      assertThat(backend.listTypes()).isEmpty();
    }
  }

  @Test
  void aBatchThatEvictsTooManyBytesIsRefusedAndTwoSmallerOnesAreNot() throws Exception {
    try (Backend backend = TestServer.open(filled(68), LargeTypeTest.PATIENT)) {
      backend.setOptions("t", TypeOptions.NONE.withCapacity(68L));
      List<Write> puts = new ArrayList<>();
      for (int i = 1; i <= 68; i++) {
        puts.add(Write.put("t", "new" + i, Bytes.EMPTY));
      }
      assertThatThrownBy(() -> backend.put(puts))
          .isInstanceOf(LimitExceededException.class)
          .hasMessageContaining("68000000 bytes; give at most 67108864");
      assertThat(backend.get("t", "id1")).isNotNull();
      assertThat(backend.get("t", "new1")).isNull();
      backend.put(puts.subList(0, 34));
      backend.put(puts.subList(34, 68));
      assertThat(backend.get("t", "id68")).isNull();
      assertThat(backend.get("t", "new1")).isNotNull();
    }
  }

  @Test
  void aLowerCapacityEvictsFewButLargeRecordsInSeveralBatches() throws Exception {
    try (Backend backend = TestServer.open(filled(68), LargeTypeTest.PATIENT)) {
      Position before = backend.versions().end();
      TypeOptions none = TypeOptions.NONE.withCapacity(0);
      backend.setOptions("t", none);
      assertThat(backend.options()).containsEntry("t", none);
      List<Integer> sizes = new ArrayList<>();
      try (ChangeFeed feed = backend.changes(before, null)) {
        for (Changes next = feed.poll(); next != null; next = feed.poll()) {
          sizes.add(next.records().size());
        }
      }
      assertThat(sizes).hasSizeGreaterThan(1).allMatch(size -> size <= 64);
      assertThat(sizes.stream().mapToInt(size -> size).sum()).isEqualTo(68);
    }
  }

  @Test
  void aDeleteOfARecordOfItsOwnBatchDoesNotReadTheStoredOne() throws Exception {
    try (Backend backend = TestServer.open(filled(70), LargeTypeTest.PATIENT)) {
      List<Write> writes = new ArrayList<>();
      for (int i = 1; i <= 69; i++) {
        writes.add(Write.put("t", "id" + i, Bytes.EMPTY));
        writes.add(Write.delete("t", "id" + i));
      }
      writes.add(Write.delete("t", "id70"));
      PutResult result = backend.put(writes);
      assertThat(result.records().get(137).payload()).isEqualTo(Bytes.EMPTY);
      assertThat(result.records().get(138).payload().size()).isEqualTo(PAYLOAD);
      assertThat(backend.listTypes()).isEmpty();
    }
  }

  /** Each batch is small enough; one transaction must not read the payloads of all of them. */
  @Test
  void batchesOfOneGroupThatDeleteTooManyBytesTogetherAreAllWritten() throws Exception {
    Settings settings = filled(200);
    try (Backend backend = TestServer.open(settings, LargeTypeTest.PATIENT)) {
      List<FutureTask<PutResult>> puts = new ArrayList<>();
      try (Connection stranger = LargeTypeTest.lockedBy(settings)) {
        puts.add(new FutureTask<>(() -> backend.put(List.of(Write.put("t", "new", Bytes.EMPTY)))));
        start(puts.get(0));
        LargeTypeTest.await("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
        puts.add(waiting(backend, deletes(1, 40)));
        puts.add(waiting(backend, deletes(41, 120)));
        puts.add(waiting(backend, deletes(121, 160)));
        puts.add(waiting(backend, deletes(161, 200)));
        stranger.rollback();
      }
      puts.get(0).get(60, TimeUnit.SECONDS);
      assertThatThrownBy(() -> puts.get(2).get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(LimitExceededException.class);
      for (int i : new int[] {1, 3, 4}) {
        assertThat(puts.get(i).get(60, TimeUnit.SECONDS).records())
            .hasSize(40)
            .allMatch(record -> record.deleted() && record.payload().size() == PAYLOAD);
      }
      assertThat(backend.versions().latest()).isEqualTo(200 + 1 + 120);
      assertThat(backend.get("t", "id41")).isNotNull();
    }
  }

  /** Starts a put, and returns when it waits for another put of this host. */
  static FutureTask<PutResult> waiting(Backend backend, List<Write> batch) {
    FutureTask<PutResult> put = new FutureTask<>(() -> backend.put(batch));
    Thread thread = start(put);
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      assertThat(deadline.isOver()).isFalse();
      LockSupport.parkNanos(100_000);
    }
    return put;
  }

  static Thread start(Runnable put) {
    Thread thread = new Thread(put, "put");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
