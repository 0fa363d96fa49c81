package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Reserve;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.FileSpace;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.SyncFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Opens after a failed fsync. The page cache still holds the bytes, the system takes them for
 * written, and only a copy of them reaches the disk.
 */
class FailedFsyncTest {
  private static final int SEGMENT = 4096;

  @TempDir Path scratch;

  private Path store() {
    return scratch.resolve("store");
  }

  private OffheapBackend open(Durability durability) {
    return (OffheapBackend)
        Opening.open(
            new OffheapSettings(store(), durability, 1_000, 10, SEGMENT),
            BackendContext.standard());
  }

  private static void put(Backend backend, int from, int to) {
    IntStream.range(from, to)
        .forEach(i -> backend.put(List.of(Write.put("t", "k" + i, Bytes.copyOf(new byte[100])))));
  }

  private static void failAndClose(OffheapBackend backend) {
    backend.store.publisher.fail(new SyncFailedException("sync failed"));
    backend.close();
  }

  private static Object inode(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  @ParameterizedTest
  @EnumSource
  void theNextOpenCopiesWhatMayNotBeOnTheDisk(Durability durability) throws IOException {
    open(durability).close();
    OffheapBackend backend = open(durability);
    put(backend, 0, 60);
    failAndClose(backend);
    List<Path> files = StoreTear.segments(store());
    assertThat(files).hasSizeGreaterThan(2);
    Path last = files.get(files.size() - 1);
    Object failed = inode(last);
    byte[] before = Files.readAllBytes(last);

    open(durability).close();
    Object copied = inode(last);
    assertThat(copied).isNotEqualTo(failed);
    assertThat(Files.readAllBytes(last)).isEqualTo(before);
    try (Backend again = open(durability)) {
      assertThat(inode(last)).as("once is enough").isEqualTo(copied);
      assertThat(again.versions().latest()).isEqualTo(60);
    }
  }

  @Test
  void theNextOpenLeavesTheSegmentsBeforeTheForcedMark() throws IOException {
    OffheapBackend backend = open(Durability.PROCESS);
    put(backend, 0, 60);
    backend.close();
    Path first = StoreTear.segments(store()).get(0);
    Object inode = inode(first);
    failAndClose(open(Durability.PROCESS));
    open(Durability.PROCESS).close();
    assertThat(inode(first)).isEqualTo(inode);
  }

  /** The kernel reports the failure to the process that is killed, and to no later one. */
  @Test
  void aKillDuringAnFsyncCountsAsItsFailure() throws IOException {
    Path killed = scratch.resolve("killed");
    open(Durability.DISK).close();
    try (OffheapBackend backend = open(Durability.DISK)) {
      put(backend, 0, 60);
      backend.store.publisher.force(() -> StoreTear.copy(store(), killed));
    }
    List<Path> files = StoreTear.segments(killed);
    Path last = files.get(files.size() - 1);
    Object whole = inode(files.get(0));
    Object unknown = inode(last);
    OffheapSettings settings = new OffheapSettings(killed, Durability.DISK, 1_000, 10, SEGMENT);
    Opening.open(settings, BackendContext.standard()).close();
    assertThat(inode(files.get(0))).as("forced before").isEqualTo(whole);
    Object copied = inode(last);
    assertThat(copied).isNotEqualTo(unknown);
    Opening.open(settings, BackendContext.standard()).close();
    assertThat(inode(last)).as("once is enough").isEqualTo(copied);
  }

  /** Leaves the closed store as a kill during an fsync does. */
  private void markAnFsync() throws IOException {
    Control control = Control.open(store(), 7, true);
    control.begins();
    control.abandon();
  }

  /** A full disk has no room for a copy; the open must not depend on it. */
  @Test
  void aStoreThatWasKilledDuringAnFsyncOpensWithoutRoomForACopy() throws IOException {
    open(Durability.DISK).close();
    markAnFsync();
    Path last = StoreTear.segments(store()).get(0);
    Object inode = inode(last);
    Path reserve = store().resolve(Reserve.FILE);
    long reserved = Files.size(reserve);
    Files.createDirectory(last.resolveSibling(last.getFileName() + ".new"));
    try (LogLines log = new LogLines()) {
      open(Durability.DISK).close();
      assertThat(log.lines()).anyMatch(line -> line.contains("ended during an fsync"));
    }
    assertThat(inode(last)).isEqualTo(inode);
    assertThat(Files.size(reserve)).isEqualTo(reserved);
  }

  @Test
  void theMarkOfAnFsyncStaysUntilTheLastOneHasEnded() throws IOException {
    Control control = Control.open(Files.createDirectory(store()), 7, true);
    control.begins();
    control.begins();
    control.ended();
    assertThat(Control.read(store()).ran()).isTrue();
    control.ended();
    assertThat(Control.read(store()).ran()).isFalse();
    control.begins();
    control.abandon();
    assertThat(Control.read(store()).ran()).isTrue();
  }

  /** The copy may take gigabytes, and no write was promised to survive a loss of power. */
  @Test
  void aKillDuringAnFsyncIsNoFailureWhereWritesAreNotForced() throws IOException {
    Control control = Control.open(Files.createDirectory(store()), 7, false);
    control.begins();
    assertThat(Control.read(store()).ran()).isFalse();
    control.ended();
    control.abandon();
  }

  /** Otherwise each later open would copy, and after a kill all of the journal. */
  @Test
  void anOpenThatForcesNoWritesRemovesTheMarkOfAnFsyncToo() throws IOException {
    open(Durability.DISK).close();
    markAnFsync();
    Path last = StoreTear.segments(store()).get(0);
    Object unknown = inode(last);
    open(Durability.PROCESS).close();
    assertThat(Control.read(store()).ran()).isFalse();
    Object copied = inode(last);
    assertThat(copied).isNotEqualTo(unknown);
    open(Durability.PROCESS).close();
    assertThat(inode(last)).as("once is enough").isEqualTo(copied);
  }

  /** A container may report a new boot id at each start, while the page cache stays. */
  @Test
  void aKillDuringAnFsyncCountsAfterAChangeOfTheBootIdToo() throws IOException {
    OffheapSettings settings = new OffheapSettings(store(), Durability.DISK, 1_000, 10, SEGMENT);
    Opening.inDirectory(
            store(), settings, BackendContext.standard(), new Uptime(7, () -> 1_000_000))
        .close();
    markAnFsync();
    Path last = StoreTear.segments(store()).get(0);
    Object unknown = inode(last);
    Opening.inDirectory(
            store(), settings, BackendContext.standard(), new Uptime(9, () -> 1_000_000))
        .close();
    assertThat(inode(last)).isNotEqualTo(unknown);
  }

  /**
   * The fsync of the file would bring the mark to the disk, and the next open would find it after a
   * loss of power.
   */
  @Test
  void theControlFileIsForcedWithoutTheMarkOfItsFsync() throws IOException {
    Control control = Control.open(Files.createDirectory(store()), 7, true);
    control.begins();
    control.persist();
    assertThat(Control.read(store()).ran()).isFalse();
    control.ended();
    control.begins();
    control.begins();
    control.persist();
    assertThat(Control.read(store()).ran()).as("another fsync runs").isTrue();
    control.abandon();
  }

  private Path copyOfAClosedStore() throws IOException {
    OffheapBackend backend = open(Durability.DISK);
    put(backend, 0, 60);
    backend.close();
    Path copy = StoreTear.copy(store(), scratch.resolve("copy"));
    Files.copy(
        store().resolve(StoreFiles.PROPERTIES),
        copy.resolve(StoreFiles.PROPERTIES),
        StandardCopyOption.REPLACE_EXISTING); // no longer stamped as the original
    return copy;
  }

  /** The mark in a copied {@code control} is that of the original's files. */
  @Test
  void theNextOpenOfACopyCopiesAllItsSegments() throws IOException {
    Path copy = copyOfAClosedStore();
    Control control = Control.open(copy, 7, true);
    control.failed(); // the first open of the copy
    control.abandon();
    Map<Path, Object> failed = new HashMap<>();
    for (Path file : StoreTear.segments(copy)) {
      failed.put(file, inode(file));
    }
    assertThat(failed).hasSizeGreaterThan(2);
    OffheapSettings settings = new OffheapSettings(copy, Durability.DISK, 1_000, 10, SEGMENT);
    Opening.open(settings, BackendContext.standard()).close();
    for (Map.Entry<Path, Object> file : failed.entrySet()) {
      assertThat(inode(file.getKey())).isNotEqualTo(file.getValue());
    }
  }

  @Test
  void theMarkOfAFailureStaysUntilAnOpenHasRecovered() throws IOException {
    Control control = Control.open(Files.createDirectory(store()), 7, true);
    assertThat(Control.read(store()).failed()).isFalse();
    control.failed();
    control.acknowledged(1, 100);
    control.acknowledged(1, 200);
    control.abandon();
    assertThat(Control.read(store()).failed()).isTrue();
    Control next = Control.open(store(), 7, true);
    assertThat(Control.read(store()).failed()).isTrue();
    next.recovered();
    assertThat(Control.read(store()).failed()).isFalse();
    next.abandon();
  }

  @Test
  void theCopyOfASegmentHasItsBytesAndItsSize() throws IOException {
    Path file = scratch.resolve("journal-0000000001.segment");
    byte[] bytes = new byte[3_000_000];
    new SplittableRandom(1).nextBytes(bytes);
    Files.write(file, Arrays.copyOf(bytes, 2_500_000));
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(bytes.length);
    }
    new StoreFiles(scratch, 1, true, new Reserve(scratch)).renew(file);
    assertThat(file).hasBinaryContent(Arrays.copyOf(Arrays.copyOf(bytes, 2_500_000), bytes.length));
    assertThat(StoreFiles.list(scratch)).containsExactly(file);
  }

  /** A copy may not be on the disk yet, although the original was closed. */
  @Test
  void theFilesOfACopyAreForced() throws IOException {
    Path copy = copyOfAClosedStore();
    OffheapSettings settings = new OffheapSettings(copy, Durability.DISK, 1_000, 10, SEGMENT);
    try (OffheapBackend copied =
        (OffheapBackend) Opening.open(settings, BackendContext.standard())) {
      List<Segment> segments = copied.store.history.directory.all();
      assertThat(segments).hasSizeGreaterThan(2);
      assertThat(segments).allMatch(segment -> ((FileSpace) segment.space).fsyncs > 0);
    }
  }
}
