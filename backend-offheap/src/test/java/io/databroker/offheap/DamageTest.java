package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Segment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A bit that flips under an open store: a typed error for that record, and no other harm. */
class DamageTest extends DamagedStore {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");

  @Test
  void getFailsForTheDamagedRecordAloneAndARewriteHealsIt() throws IOException {
    List<String> words = damage(4);
    assertThatThrownBy(() -> backend.get("t", id(3))).satisfies(it -> assertDamage(it, words));
    for (int i = 0; i < 9; i++) {
      if (i != 3) {
        assertThat(backend.get("t", id(i)).payload()).isEqualTo(payload(i, 'a'));
      }
    }
    put(3, 'b');
    assertThat(backend.get("t", id(3)).payload()).isEqualTo(payload(3, 'b'));
  }

  @Test
  void everyByteOfARecordIsCovered() throws IOException {
    Segment segment = backend.store.history.directory.holding(5);
    int index = segment.indexOf(5);
    Path file = Path.of(segment.space.name());
    for (int at = 0; at < segment.sizeAt(index); at++) {
      long place = segment.offsetAt(index) + at;
      Flips.flip(file, place, at % 8);
      assertThatThrownBy(() -> backend.get("t", id(4)))
          .as("byte %d", at)
          .isInstanceOf(StorageFailedException.class);
      Flips.flip(file, place, at % 8);
      assertThat(backend.get("t", id(4)).payload()).isEqualTo(payload(4, 'a'));
    }
  }

  @Test
  void aSnapshotTellsAllButTheDamagedRecord() throws IOException {
    List<String> words = damage(4);
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      List<Long> told = new ArrayList<>();
      List<Throwable> failed = new ArrayList<>();
      Iterator<StoredRecord> records = snapshot.records();
      boolean more = true;
      while (more) {
        try {
          more = records.hasNext();
          if (more) {
            told.add(records.next().version());
          }
        } catch (StorageFailedException damaged) {
          failed.add(damaged);
        }
      }
      assertThat(told).containsExactly(1L, 2L, 3L, 5L, 6L, 7L, 8L, 9L);
      assertThat(failed).singleElement().satisfies(it -> assertDamage(it, words));
    }
  }

  @Test
  void aFeedStopsAtTheDamagedChangeAndSkipsNothing() throws IOException {
    long name = backend.versions().serverVersion();
    List<String> words = damage(4);
    try (ChangeFeed feed = backend.changes(new Position(name, 0), null)) {
      for (int i = 0; i < 3; i++) {
        assertThat(feed.poll().records()).hasSize(1);
      }
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(feed::poll).satisfies(it -> assertDamage(it, words));
      }
    }
    try (ChangeFeed feed = backend.changes(new Position(name, 4), null)) {
      assertThat(feed.poll().records().get(0).id()).isEqualTo(id(4));
    }
  }

  @Test
  void aFeedFailsForADeleteWhoseLastPayloadIsDamaged() throws IOException {
    long name = backend.versions().serverVersion();
    backend.put(List.of(Write.delete("t", id(3))));
    List<String> words = damage(4);
    try (ChangeFeed feed = backend.changes(new Position(name, 9), null)) {
      assertThatThrownBy(feed::poll).satisfies(it -> assertDamage(it, words));
    }
    assertThat(backend.get("t", id(3))).isNull();
  }

  @Test
  void aDeletedRecordIsAbsentThoughItsDeleteIsDamaged() throws IOException {
    backend.put(List.of(Write.delete("t", id(3))));
    Segment segment = backend.store.history.directory.holding(10);
    Flips.flip(Path.of(segment.space.name()), segment.offsetAt(segment.indexOf(10)) + 20, 1);
    assertThat(backend.get("t", id(3))).isNull();
  }

  @Test
  void aDeleteOfTheDamagedRecordChangesNothing() throws IOException {
    List<String> words = damage(4);
    assertThatThrownBy(
            () ->
                backend.put(
                    List.of(Write.put("t", "other", Bytes.EMPTY), Write.delete("t", id(3)))))
        .satisfies(it -> assertDamage(it, words));
    assertThat(backend.versions().latest()).isEqualTo(9);
    assertThat(backend.get("t", "other")).isNull();
  }

  @Test
  void capacityEvictsTheNextOldestInItsPlace() throws IOException {
    damage(1);
    backend.setOptions("t", TypeOptions.NONE.withCapacity(5));
    assertThatThrownBy(() -> backend.get("t", id(0))).isInstanceOf(StorageFailedException.class);
    for (int i = 1; i < 9; i++) {
      assertThat(backend.get("t", id(i)) != null).as("key %d", i).isEqualTo(i > 4);
    }
    put(9, 'a');
    assertThat(backend.get("t", id(5))).isNull();
    assertThat(backend.get("t", id(9))).isNotNull();
  }

  @Test
  void expiryAndTrimGoPastTheDamagedRecord() throws IOException {
    damage(1);
    damage(5);
    backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofNanos(1_000)));
    assertThat(backend.expire()).isEqualTo(7);
    long trimmed = backend.trim(FOR_EVER);
    assertThat(trimmed).isEqualTo(16);
    long name = backend.versions().serverVersion();
    assertThatThrownBy(() -> backend.changes(new Position(name, 0), null))
        .isInstanceOf(HistoryTrimmedException.class);
  }

  @Test
  void aLookUpFailsForTheDamagedRecordAndFindsTheOthers() throws IOException {
    backend.close();
    backend =
        reopen(
            BackendContext.standard()
                .withExtractor(
                    new FieldExtractor() {
                      @Override
                      public String fingerprint() {
                        return "first byte";
                      }

                      @Override
                      public Map<String, String> extract(
                          String type, Bytes payload, List<String> fields) {
                        return Map.of("f", payload.at(0) % 2 == 0 ? "even" : "odd");
                      }
                    }));
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f"));
    List<String> words = damage(3);
    try (Snapshot snapshot = backend.snapshot(Selection.where("t", new FieldValue("f", "even")))) {
      Iterator<StoredRecord> records = snapshot.records();
      assertThat(records.next().id()).isEqualTo(id(0));
      assertThatThrownBy(records::next).satisfies(it -> assertDamage(it, words));
      assertThat(records.next().id()).isEqualTo(id(4));
    }
  }

  /** Deletes half of the records of each segment, so that compaction picks all segments. */
  private void rewriteUntilCompacted() {
    for (int round = 0; round < 30; round++) {
      for (int i = 1; i < 9; i++) {
        put(i, (char) ('b' + round % 20));
      }
    }
    new Trim(backend.store, FOR_EVER).run();
    backend.compactor.pass();
  }

  @Test
  void compactionKeepsTheDamagedSegmentAndLaundersNothing() throws IOException {
    List<String> words = damage(1);
    put(1, 'x');
    backend.put(List.of(Write.delete("t", id(2))));
    assertThatThrownBy(() -> backend.get("t", id(0))).satisfies(it -> assertDamage(it, words));
    for (int turn = 0; turn < 3; turn++) {
      rewriteUntilCompacted();
      assertThatThrownBy(() -> backend.get("t", id(0))).satisfies(it -> assertDamage(it, words));
    }
    assertThat(backend.compactor.passes).isPositive();
    int segments = backend.store.history.directory.size();
    assertThat(segments).as("no segment after the damage was compacted").isLessThan(10);
    backend.close();
    assertThatThrownBy(() -> reopen(BackendContext.standard()))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining(words.get(0));
    // With the flip undone, all records are there, and no deleted record comes back.
    Flips.flip(Path.of(words.get(0)), offset(words.get(1)) + 40 + 1 + 5 + PAYLOAD - 1, 3);
    backend = reopen(BackendContext.standard());
    assertThat(backend.get("t", id(0)).payload()).isEqualTo(payload(0, 'a'));
    for (int i = 1; i < 9; i++) {
      assertThat(backend.get("t", id(i)).payload()).isEqualTo(payload(i, (char) ('b' + 29 % 20)));
    }
  }

  private static long offset(String words) {
    return Long.parseLong(words.replaceAll("\\D", ""));
  }

  @Test
  void deletesBehindADamagedSegmentStaySoThatNothingComesBack() throws IOException {
    List<String> words = damage(1);
    backend.put(List.of(Write.delete("t", id(5))));
    for (int turn = 0; turn < 3; turn++) {
      for (int round = 0; round < 30; round++) {
        for (int i = 6; i < 9; i++) {
          put(i, 'b');
        }
      }
      new Trim(backend.store, FOR_EVER).run();
      assertThatThrownBy(() -> backend.get("t", id(0))).satisfies(it -> assertDamage(it, words));
      backend.compactor.pass();
    }
    assertThat(backend.compactor.passes).isPositive();
    backend.close();
    Flips.flip(Path.of(words.get(0)), offset(words.get(1)) + 40 + 1 + 5 + PAYLOAD - 1, 3);
    backend = reopen(BackendContext.standard());
    assertThat(backend.get("t", id(5))).isNull();
    assertThat(backend.get("t", id(4)).payload()).isEqualTo(payload(4, 'a'));
  }

  @Test
  void aPageThatCannotBeReadIsATypedErrorAndNoCrash() throws IOException {
    Segment segment = backend.store.history.directory.holding(5);
    try (RandomAccessFile file = new RandomAccessFile(segment.space.name(), "rw")) {
      byte[] content = new byte[(int) file.length()];
      file.readFully(content);
      assertThat(backend.get("t", id(8))).isNotNull();
      file.setLength(0);
      for (int i = 0; i < 9; i++) {
        String id = id(i);
        assertThatThrownBy(() -> backend.get("t", id)).isInstanceOf(StorageFailedException.class);
      }
      file.seek(0);
      file.write(content);
    }
    assertThat(backend.get("t", id(4)).payload()).isEqualTo(payload(4, 'a'));
  }

  @Test
  void inMemoryAsWell() {
    OffheapSettings settings = new OffheapSettings(null, Durability.PROCESS, 1_000, 10, 4096);
    try (Backend memory = Opening.open(settings, BackendContext.standard())) {
      memory.put(List.of(Write.put("t", "a", Bytes.utf8("one")), Write.put("t", "b", Bytes.EMPTY)));
      Segment segment = ((OffheapBackend) memory).store.history.directory.holding(1);
      long at = segment.offsetAt(0) + 40;
      segment.data.putInt(at, segment.data.getInt(at) ^ 1 << 20);
      assertThatThrownBy(() -> memory.get("t", "a"))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("memory is damaged at offset " + segment.offsetAt(0));
      assertThat(memory.get("t", "b")).isNotNull();
    }
  }
}
