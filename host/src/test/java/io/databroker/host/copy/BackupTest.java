package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BackupTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00.123456789Z");

  @TempDir Path folder;

  /** Fills a store with records of different times, a delete, options and a checkpoint. */
  private static void fill(Backend backend) {
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

  private static List<StoredRecord> inOrder(Backend backend) {
    List<StoredRecord> records = new ArrayList<>();
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      snapshot.records().forEachRemaining(records::add);
    }
    records.sort(RecordSort.BY_VERSION);
    return records.stream()
        .map(r -> new StoredRecord(r.type(), r.id(), 0, r.payload(), r.modifiedAt(), false))
        .toList();
  }

  private Path backup() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      fill(stores.backend(0));
      Backup.write(stores.end(0), file, true, NOW, CopyProgress.NONE);
    }
    return file;
  }

  @Test
  void aRestoreHasRecordsTimesOrderOptionsAndCheckpoint() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      fill(stores.backend(0));
      Backup written = Backup.write(stores.end(0), file, false, NOW, CopyProgress.NONE);
      assertThat(written.records()).isEqualTo(501 - 1);
      assertThat(written.contents().position()).isEqualTo(stores.backend(0).versions().end());
      assertThat(written.bytes()).isEqualTo(Files.size(file));
      assertThat(written.created()).isEqualTo(Instant.parse("2026-11-26T10:00:00.123456Z"));
      assertThat(Backup.check(file, CopyProgress.NONE)).isEqualTo(written);

      long before = stores.backend(1).versions().serverVersion();
      Backup restored = Backup.restore(file, stores.end(1), false, CopyProgress.NONE);
      assertThat(restored).isEqualTo(written);
      assertThat(inOrder(stores.backend(1))).isEqualTo(inOrder(stores.backend(0)));
      assertThat(stores.backend(1).options()).isEqualTo(stores.backend(0).options());
      assertThat(stores.backend(1).checkpoint()).isEqualTo(new Checkpoint(-5, 6));
      assertThat(stores.backend(1).versions().serverVersion())
          .isNotEqualTo(before)
          .isNotEqualTo(stores.backend(0).versions().serverVersion());
    }
    assertThat(files()).containsExactly(file);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aBackupHoldsOneVersionWhileOthersWrite() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      fill(stores.backend(0));
      List<StoredRecord> before = inOrder(stores.backend(0));
      Backup.write(
          stores.end(0),
          file,
          false,
          NOW,
          (step, records) ->
              stores.backend(0).put(List.of(Write.put("t1", "new" + records, Bytes.EMPTY))));
      Backup.restore(file, stores.end(1), false, CopyProgress.NONE);
      assertThat(inOrder(stores.backend(1))).isEqualTo(before);
    }
  }

  @Test
  void anEmptyStoreHasABackup() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      assertThat(Backup.write(stores.end(0), file, false, NOW, CopyProgress.NONE).records())
          .isZero();
      Backup.restore(file, stores.end(1), false, CopyProgress.NONE);
      assertThat(stores.backend(1).listTypes()).isEmpty();
    }
  }

  @Test
  void eachFlippedByteIsFoundAndNamed() throws Exception {
    byte[] bytes = Files.readAllBytes(backup());
    Path damaged = folder.resolve("damaged");
    Random random = new Random(7);
    for (int i = 0; i < bytes.length; i += i < 200 || i > bytes.length - 200 ? 1 : 13) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      Files.write(damaged, flipped);
      int place = i;
      assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
          .as("byte %d", i)
          .isInstanceOfSatisfying(
              DamagedBackupException.class,
              e -> {
                assertThat(e.offset()).isLessThanOrEqualTo(place);
                assertThat(e).hasMessageContaining("damaged at byte " + e.offset());
              });
    }
  }

  @Test
  void aMissingByteIsFoundWhereverItIsMissing() throws Exception {
    byte[] bytes = Files.readAllBytes(backup());
    Path damaged = folder.resolve("damaged");
    for (int length = 0; length < bytes.length; length += length < 200 ? 1 : 17) {
      Files.write(damaged, Arrays.copyOf(bytes, length));
      int end = length;
      assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
          .as("%d bytes", length)
          .isInstanceOfSatisfying(
              DamagedBackupException.class, e -> assertThat(e.offset()).isEqualTo(end));
    }
    for (int gap = 0; gap < bytes.length; gap += 29) {
      byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
      System.arraycopy(bytes, gap + 1, shorter, gap, bytes.length - gap - 1);
      if (Arrays.mismatch(shorter, bytes) == shorter.length) {
        continue;
      }
      Files.write(damaged, shorter);
      assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
          .as("without byte %d", gap)
          .isInstanceOf(DamagedBackupException.class);
    }
  }

  @Test
  void anExtraByteIsFound() throws Exception {
    byte[] bytes = Files.readAllBytes(backup());
    Path damaged = folder.resolve("damaged");
    Files.write(damaged, Arrays.copyOf(bytes, bytes.length + 1));
    assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
        .isInstanceOfSatisfying(
            DamagedBackupException.class, e -> assertThat(e.offset()).isEqualTo(bytes.length));
    for (int i = 0; i < bytes.length; i += 29) {
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      System.arraycopy(bytes, i, longer, i + 1, bytes.length - i);
      longer[i] = (byte) ~bytes[i];
      Files.write(damaged, longer);
      assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
          .as("an extra byte %d", i)
          .isInstanceOf(DamagedBackupException.class);
    }
  }

  @Test
  void blocksOfAnotherBackupAreNotMistakenForItsOwn() throws Exception {
    byte[] bytes = Files.readAllBytes(backup());
    byte[] twice = Arrays.copyOf(bytes, bytes.length * 2);
    System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
    Path damaged = folder.resolve("damaged");
    Files.write(damaged, twice);
    assertThatThrownBy(() -> Backup.check(damaged, CopyProgress.NONE))
        .hasMessageContaining("the backup ends before this byte");
  }

  @Test
  void aDamagedBackupChangesNothing() throws Exception {
    Path file = backup();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 60] ^= 1;
    Files.write(file, bytes);
    try (Stores stores = new Stores()) {
      stores.backend(0).put(List.of(Write.put("kept", "1", Bytes.EMPTY)));
      var before = stores.backend(0).versions();
      assertThatThrownBy(() -> Backup.restore(file, stores.end(0), true, CopyProgress.NONE))
          .isInstanceOf(DamagedBackupException.class);
      assertThat(stores.backend(0).versions()).isEqualTo(before);
    }
  }

  @Test
  void aStoreThatHoldsSomethingIsReplacedOnlyIfToldTo() throws Exception {
    Path file = backup();
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
  void anExistingFileStaysUnlessToldToOverwriteIt() throws Exception {
    Path file = folder.resolve("a.backup");
    Files.writeString(file, "precious");
    try (Stores stores = new Stores()) {
      assertThatThrownBy(() -> Backup.write(stores.end(0), file, false, NOW, CopyProgress.NONE))
          .hasMessageContaining("exists");
      assertThat(file).hasContent("precious");
      Backup.write(stores.end(0), file, true, NOW, CopyProgress.NONE);
      Backup.check(file, CopyProgress.NONE);
    }
  }

  @Test
  void aFailedBackupLeavesNothingBehind() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      fill(stores.backend(0));
      assertThatThrownBy(
              () ->
                  Backup.write(
                      stores.end(0),
                      file,
                      false,
                      NOW,
                      (step, records) -> {
                        throw new IllegalStateException("stop");
                      }))
          .hasMessage("stop");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void whatAKilledBackupLeftIsReplaced() throws Exception {
    Path file = folder.resolve("a.backup");
    Files.writeString(folder.resolve("a.backup.partial"), "x".repeat(100_000));
    backup();
    Backup.check(file, CopyProgress.NONE);
    assertThat(files()).containsExactly(file);
  }

  @Test
  void onlyTheOwnerMayReadABackup() throws Exception {
    Path file = folder.resolve("a.backup");
    Path partial = folder.resolve("a.backup.partial");
    Files.writeString(file, "of an earlier version");
    Files.writeString(partial, "of a killed one");
    for (Path each : List.of(file, partial)) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rw-rw-rw-"));
    }
    Set<String> rights = new TreeSet<>();
    try (Stores stores = new Stores()) {
      fill(stores.backend(0));
      CopyProgress watching = (step, records) -> rights.add(rights(partial));
      Backup.write(stores.end(0), file, true, NOW, watching);
      rights.add(rights(file));
      Files.delete(file);
      Backup.write(stores.end(0), file, false, NOW, watching);
      rights.add(rights(file));
    }
    assertThat(rights).containsExactly("rw-------");
  }

  private static String rights(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void twoBackupsToOneFileDoNotMix() throws Exception {
    Path partial = folder.resolve("a.backup.partial");
    try (FileChannel other =
            FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = other.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(this::backup)
          .isInstanceOf(CopyException.class)
          .hasMessageContaining("another process");
    }
  }

  @Test
  void aBackupThatEndsWhileAnotherOneBeginsKeepsItsBytes() throws Exception {
    Path whole = folder.resolve("a.backup");
    Path partial = Files.writeString(folder.resolve("a.backup.partial"), "precious");
    AtomicInteger opened = new AtomicInteger();
    Runnable rename =
        () -> {
          if (opened.incrementAndGet() == 1) {
            assertThat(partial.toFile().renameTo(whole.toFile())).isTrue();
          }
        };
    try (FileChannel next = PartialFile.open(partial, rename)) {
      next.write(ByteBuffer.wrap(new byte[] {'x'}));
      assertThat(partial).hasContent("x");
    }
    assertThat(whole).hasContent("precious");
    assertThat(opened.get()).isGreaterThan(1);
  }

  private Path pipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  @Test
  void onlyRegularFilesAreReplaced() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("folder"));
    Path pipe = pipe();
    try (Stores stores = new Stores()) {
      for (Path file : List.of(inner, pipe)) {
        assertThatThrownBy(() -> Backup.write(stores.end(0), file, true, NOW, CopyProgress.NONE))
            .isInstanceOf(CopyException.class)
            .hasMessageContaining("not a regular file");
      }
    }
    assertThat(files()).containsExactlyInAnyOrder(inner, pipe);
  }

  @Test
  void aRestoreReadsOneFileThoughAnotherTakesItsName() throws Exception {
    Path file = backup();
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
      assertThat(inOrder(stores.backend(0))).hasSize(500);
    }
  }

  private static void replaceByEmpty(Path file) {
    try (Stores empty = new Stores()) {
      Backup.write(empty.end(0), file, true, NOW, CopyProgress.NONE);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @Timeout(30)
  void aRestoreFromWhatCanBeReadOnlyOnceChangesNothing() throws Exception {
    byte[] bytes = Files.readAllBytes(backup());
    Path pipe = pipe();
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

  /** Checksums find damage; these files have right ones. */
  @Test
  void aFileThatNoBackupWroteIsRefusedInWords() throws Exception {
    Path file = folder.resolve("forged");
    int[][] lengths = {{-1, 5}, {5, -1}, {5, Integer.MAX_VALUE}};
    for (int[] each : lengths) {
      BlockHeader header = new BlockHeader(BackupFormat.CONTENTS, 0, each[0], each[1], 0);
      ByteBuffer bytes = ByteBuffer.allocate(100);
      bytes.putLong(BackupFormat.MAGIC).putInt(BackupFormat.FULL);
      bytes.put(header.encode(BackupFormat.PREAMBLE));
      Files.write(file, bytes.array());
      assertThatThrownBy(() -> Backup.check(file, CopyProgress.NONE))
          .as("%d and %d bytes", each[0], each[1])
          .isInstanceOf(DamagedBackupException.class);
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      new BackupWriter(channel, null).finish(); // without contents
    }
    assertThatThrownBy(() -> Backup.check(file, CopyProgress.NONE))
        .isInstanceOf(DamagedBackupException.class);
  }
}
