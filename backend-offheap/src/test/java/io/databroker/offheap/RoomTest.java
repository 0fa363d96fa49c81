package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Reserve;
import io.databroker.offheap.journal.Compactor;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bounds on the size of a store, as ADR 9 states them. */
class RoomTest {
  private static final int RECORDS = 1_000;
  private static final int SEGMENT = 1 << 16;
  private static final int RECORD = Frame.recordSize(1, 8, 200) + Frame.HEADER;
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");

  @TempDir Path scratch;

  private Backend open() {
    OffheapSettings settings =
        new OffheapSettings(scratch.resolve("store"), Durability.PROCESS, RECORDS, 10, SEGMENT);
    return Opening.open(settings, BackendContext.standard());
  }

  private static void rewrite(Backend backend) {
    List<Write> batch = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      batch.add(
          Write.put("t", String.format(Locale.ROOT, "id-%05d", i), Bytes.copyOf(new byte[200])));
      if (batch.size() == 50) {
        backend.put(batch);
        batch.clear();
      }
    }
  }

  private long bytesOnDisk() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(scratch.resolve("store"))) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  @Test
  void rewritingTheSameRecordsForEverTakesBoundedRoom() throws IOException {
    long bound = 2L * RECORDS * RECORD + 3 * SEGMENT + (1 << 14);
    long most = 0;
    try (Backend backend = open()) {
      Compactor compactor = ((OffheapBackend) backend).compactor;
      for (int round = 0; round < 30; round++) {
        rewrite(backend);
        backend.trim(FOR_EVER);
        compactor.pass();
        most = Math.max(most, bytesOnDisk());
      }
      assertThat(compactor.passes).isPositive();
      // Each rewrite is history until it is trimmed.
      assertThat(most).as("bytes on disk").isLessThan(bound + (long) RECORDS * RECORD);
    }
    try (Backend backend = open();
        Snapshot snapshot = backend.snapshot(Selection.all())) {
      int[] found = {0};
      snapshot.records().forEachRemaining(record -> found[0]++);
      assertThat(found[0]).isEqualTo(RECORDS);
    }
  }

  /** Files on a disk that has room for half a segment beside them. */
  private static final class ShortDisk extends WrappedSpaces {
    ShortDisk(Path directory) {
      super(new StoreFiles(directory, 1, false, new Reserve(directory)));
    }

    @Override
    public long roomForUpkeep(long wanted) {
      return wanted / 2;
    }
  }

  @Test
  void aTrimOnADiskShortOfRoomFreesTheActiveSegmentToo() throws IOException {
    OffheapSettings settings = new OffheapSettings(null, Durability.PROCESS, RECORDS, 10, 1 << 20);
    Path store = Files.createDirectory(scratch.resolve("store"));
    try (Backend backend =
        Opening.inSpaces(new ShortDisk(store), settings, BackendContext.standard())) {
      rewrite(backend);
      rewrite(backend);
      rewrite(backend);
      assertThat(StoreTear.segments(store)).hasSize(1);
      backend.trim(FOR_EVER);
      ((OffheapBackend) backend).compactor.pass();
      assertThat(((OffheapBackend) backend).compactor.passes).isPositive();
      long bytes = 0;
      for (Segment segment : ((OffheapBackend) backend).store.history.directory.all()) {
        bytes += segment.end;
      }
      assertThat(bytes).as("bytes in the journal").isLessThan(RECORDS * (RECORD + 100L));
      try (Snapshot snapshot = backend.snapshot(Selection.all())) {
        int[] found = {0};
        snapshot.records().forEachRemaining(record -> found[0]++);
        assertThat(found[0]).isEqualTo(RECORDS);
      }
    }
  }

  @Test
  void anAbandonedSnapshotHoldsRoomOnlyUpToABound() throws IOException {
    try (Backend backend = open()) {
      Compactor compactor = ((OffheapBackend) backend).compactor;
      rewrite(backend);
      backend.snapshot(Selection.all());
      for (int round = 0; round < 30; round++) {
        rewrite(backend);
        backend.snapshot(Selection.all());
        backend.trim(FOR_EVER);
        compactor.pass();
      }
      assertThat(((OffheapBackend) backend).store.history.snapshots)
          .as("snapshots that are still held, of 31")
          .hasSizeLessThan(8);
      assertThat(bytesOnDisk()).isLessThan(6L * RECORDS * RECORD + 7 * SEGMENT);
    }
  }

  @Test
  void deletedRecordsDoNotComeBackFromACompactedPast() {
    for (int round = 0; round < 6; round++) {
      try (Backend backend = open()) {
        Compactor compactor = ((OffheapBackend) backend).compactor;
        rewrite(backend);
        for (int i = round; i < RECORDS; i += 3) {
          backend.put(List.of(Write.delete("t", String.format(Locale.ROOT, "id-%05d", i))));
        }
        backend.trim(FOR_EVER);
        compactor.pass();
      }
      try (Backend backend = open()) {
        for (int i = round; i < RECORDS; i += 3) {
          assertThat(backend.get("t", String.format(Locale.ROOT, "id-%05d", i))).isNull();
        }
      }
    }
  }

  @Test
  void aHistoryThatBeganWithAClearIsWholeAfterItsBeginningWasCompacted() {
    try (Backend backend = open()) {
      rewrite(backend);
      backend.clear();
      for (int round = 0; round < 3; round++) {
        rewrite(backend);
      }
      backend.trim(FOR_EVER);
      ((OffheapBackend) backend).compactor.pass();
      assertThat(((OffheapBackend) backend).compactor.passes).isPositive();
    }
    try (Backend backend = open();
        Snapshot snapshot = backend.snapshot(Selection.all())) {
      int[] found = {0};
      snapshot.records().forEachRemaining(record -> found[0]++);
      assertThat(found[0]).isEqualTo(RECORDS);
    }
  }

  @Test
  void whatWasCompactedTwiceIsThereAtTheNextOpen() {
    try (Backend backend = open()) {
      Compactor compactor = ((OffheapBackend) backend).compactor;
      for (int round = 0; round < 3; round++) {
        rewrite(backend);
      }
      backend.trim(FOR_EVER);
      compactor.pass();
      for (int i = 0; i < RECORDS; i++) {
        if (i % 10 != 0) {
          backend.put(List.of(Write.delete("t", String.format(Locale.ROOT, "id-%05d", i))));
        }
      }
      backend.trim(FOR_EVER);
      compactor.pass();
      assertThat(compactor.passes).isGreaterThan(1);
    }
    try (Backend backend = open()) {
      for (int i = 0; i < RECORDS; i++) {
        assertThat(backend.get("t", String.format(Locale.ROOT, "id-%05d", i)) != null)
            .isEqualTo(i % 10 == 0);
      }
    }
  }
}
