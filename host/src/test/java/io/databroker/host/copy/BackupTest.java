package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a store, restored into another one. */
class BackupTest {
  @TempDir Path folder;

  @Test
  void aRestoreHasRecordsTimesOrderOptionsAndCheckpoint() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      SampleBackup.fill(stores.backend(0));
      Backup written =
          Backup.write(stores.end(0), file, false, SampleBackup.TIME, CopyProgress.NONE);
      assertThat(written.records()).isEqualTo(501 - 1);
      assertThat(written.contents().position()).isEqualTo(stores.backend(0).versions().end());
      assertThat(written.bytes()).isEqualTo(Files.size(file));
      assertThat(written.created()).isEqualTo(Instant.parse("2026-11-26T10:00:00.123456Z"));
      assertThat(Backup.check(file, CopyProgress.NONE)).isEqualTo(written);

      long before = stores.backend(1).versions().serverVersion();
      Backup restored = Backup.restore(file, stores.end(1), false, CopyProgress.NONE);
      assertThat(restored).isEqualTo(written);
      assertThat(Stores.inOrder(stores.backend(1))).isEqualTo(Stores.inOrder(stores.backend(0)));
      assertThat(stores.backend(1).options()).isEqualTo(stores.backend(0).options());
      assertThat(stores.backend(1).checkpoint()).isEqualTo(new Checkpoint(-5, 6));
      assertThat(stores.backend(1).versions().serverVersion())
          .isNotEqualTo(before)
          .isNotEqualTo(stores.backend(0).versions().serverVersion());
    }
    assertThat(SampleBackup.files(folder)).containsExactly(file);
  }

  @Test
  void aBackupHoldsOneVersionWhileOthersWrite() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      SampleBackup.fill(stores.backend(0));
      List<StoredRecord> before = Stores.inOrder(stores.backend(0));
      Backup.write(
          stores.end(0),
          file,
          false,
          SampleBackup.TIME,
          (step, records) ->
              stores.backend(0).put(List.of(Write.put("t1", "new" + records, Bytes.EMPTY))));
      Backup.restore(file, stores.end(1), false, CopyProgress.NONE);
      assertThat(Stores.inOrder(stores.backend(1))).isEqualTo(before);
    }
  }

  @Test
  void anEmptyStoreHasABackup() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      assertThat(
              Backup.write(stores.end(0), file, false, SampleBackup.TIME, CopyProgress.NONE)
                  .records())
          .isZero();
      Backup.restore(file, stores.end(1), false, CopyProgress.NONE);
      assertThat(stores.backend(1).listTypes()).isEmpty();
    }
  }

  @Test
  void aStoreThatHoldsSomethingIsReplacedOnlyIfToldTo() throws Exception {
    Path file = SampleBackup.write(folder);
    try (Stores stores = new Stores()) {
      stores.backend(0).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
      stores.backend(1).setOptions("kept", TypeOptions.NONE.withCapacity(1));
      for (int i = 0; i < 2; i++) {
        CopyEnd end = stores.end(i);
        assertThatThrownBy(() -> Backup.restore(file, end, false, CopyProgress.NONE))
            .isInstanceOf(CopyException.class)
            .hasMessageContaining("not empty");
      }
      assertThat(stores.backend(0).listTypes()).containsExactly("kept");
      Backup.restore(file, stores.end(0), true, CopyProgress.NONE);
      assertThat(stores.backend(0).listTypes()).containsExactly("t0", "t1", "t2", "über");
    }
  }

  @Test
  void aRestoreReadsOneFileThoughAnotherTakesItsName() throws Exception {
    Path file = SampleBackup.write(folder);
    try (Stores stores = new Stores()) {
      Backup restored =
          Backup.restore(
              file,
              stores.end(0),
              false,
              (step, records) -> {
                if (step == CopyProgress.Step.CHECK && records == 500) {
                  replaceByEmpty(file);
                }
              });
      assertThat(restored.records()).isEqualTo(500);
      assertThat(Stores.inOrder(stores.backend(0))).hasSize(500);
    }
  }

  private static void replaceByEmpty(Path file) {
    try (Stores empty = new Stores()) {
      Backup.write(empty.end(0), file, true, SampleBackup.TIME, CopyProgress.NONE);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @Timeout(30)
  void aRestoreFromWhatCanBeReadOnlyOnceChangesNothing() throws Exception {
    byte[] bytes = Files.readAllBytes(SampleBackup.write(folder));
    Path pipe = SampleBackup.pipe(folder);
    Thread writer =
        new Thread(
            () -> {
              try {
                Files.write(pipe, bytes, StandardOpenOption.WRITE);
              } catch (IOException e) {
                // The reader has left.
              }
            });
    try (Stores stores = new Stores()) {
      stores.backend(0).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
      writer.setDaemon(true);
      writer.start();
      assertThatThrownBy(() -> Backup.restore(pipe, stores.end(0), true, CopyProgress.NONE))
          .isInstanceOf(CopyException.class)
          .hasMessageContaining("reads it twice");
      assertThat(stores.backend(0).listTypes()).containsExactly("kept");
    }
    Files.newInputStream(pipe).close(); // lets the writer end
    writer.join();
  }
}
