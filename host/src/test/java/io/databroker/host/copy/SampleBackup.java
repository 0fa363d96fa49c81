package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Backup of a store with records of different times, a delete, options and a checkpoint. */
final class SampleBackup {
  static final Instant TIME = Instant.parse("2026-11-26T10:00:00.123456789Z");

  private SampleBackup() {}

  /** Fills a store with records of different times, a delete, options and a checkpoint. */
  static void fill(Backend backend) {
    Instant old = Instant.parse("2020-01-01T00:00:00Z");
    List<StoredRecord> records = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Bytes payload = Bytes.utf8("payload ".repeat(i % 7) + i);
      Instant time = old.plusSeconds((i * 37) % 101);
      records.add(new StoredRecord("t" + i % 3, "id" + i, 0, payload, time, false));
    }
    backend.restore(records);
    backend.put(List.of(Write.delete("t0", "id0"), Write.put("über", "\uD83D\uDE00", Bytes.EMPTY)));
    backend.put(List.of(Write.put("t1", "id1", Bytes.utf8("rewritten"))));
    backend.setOptions(
        "t1", new TypeOptions(-1L, Duration.ofDays(9999).plusNanos(1000), List.of("a", "b.c")));
    backend.setOptions("empty", TypeOptions.NONE.withCapacity(5));
    backend.setCheckpoint(new Checkpoint(-5, 6));
  }

  /** Writes a backup of such a store. */
  static Path write(Path folder) throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      fill(stores.backend(0));
      Backup.write(stores.end(0), file, true, TIME, CopyProgress.NONE);
    }
    return file;
  }

  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  static Path pipe(Path folder) throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }
}
