package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups write a new file, and replace an old one only at their end. */
class BackupFileTest {
  @TempDir Path folder;

  @Test
  void anExistingFileStaysUnlessToldToOverwriteIt() throws Exception {
    Path file = folder.resolve("a.backup");
    Files.writeString(file, "precious");
    try (Stores stores = new Stores()) {
      assertThatThrownBy(
              () -> Backup.write(stores.end(0), file, false, SampleBackup.TIME, CopyProgress.NONE))
          .hasMessageContaining("exists");
      assertThat(file).hasContent("precious");
      Backup.write(stores.end(0), file, true, SampleBackup.TIME, CopyProgress.NONE);
      Backup.check(file, CopyProgress.NONE);
    }
  }

  @Test
  void aFailedBackupLeavesNothingBehind() throws Exception {
    Path file = folder.resolve("a.backup");
    try (Stores stores = new Stores()) {
      SampleBackup.fill(stores.backend(0));
      assertThatThrownBy(
              () ->
                  Backup.write(
                      stores.end(0),
                      file,
                      false,
                      SampleBackup.TIME,
                      (step, records) -> {
                        throw new IllegalStateException("stop");
                      }))
          .hasMessage("stop");
    }
    assertThat(SampleBackup.files(folder)).isEmpty();
  }

  @Test
  void whatAKilledBackupLeftIsReplaced() throws Exception {
    Path file = folder.resolve("a.backup");
    Files.writeString(folder.resolve("a.backup.partial"), "x".repeat(100_000));
    SampleBackup.write(folder);
    Backup.check(file, CopyProgress.NONE);
    assertThat(SampleBackup.files(folder)).containsExactly(file);
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
      SampleBackup.fill(stores.backend(0));
      CopyProgress watching = (step, records) -> rights.add(rights(partial));
      Backup.write(stores.end(0), file, true, SampleBackup.TIME, watching);
      rights.add(rights(file));
      Files.delete(file);
      Backup.write(stores.end(0), file, false, SampleBackup.TIME, watching);
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
      assertThatThrownBy(() -> SampleBackup.write(folder))
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

  @Test
  void onlyRegularFilesAreReplaced() throws Exception {
    Path inner = Files.createDirectory(folder.resolve("folder"));
    Path pipe = SampleBackup.pipe(folder);
    try (Stores stores = new Stores()) {
      for (Path file : List.of(inner, pipe)) {
        assertThatThrownBy(
                () -> Backup.write(stores.end(0), file, true, SampleBackup.TIME, CopyProgress.NONE))
            .isInstanceOf(CopyException.class)
            .hasMessageContaining("not a regular file");
      }
    }
    assertThat(SampleBackup.files(folder)).containsExactlyInAnyOrder(inner, pipe);
  }
}
