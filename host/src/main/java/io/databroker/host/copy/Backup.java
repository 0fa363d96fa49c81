package io.databroker.host.copy;

import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Backup files: all records of a store at one version, with their times and in the order of their
 * writes, the options and the checkpoint. History and leases are not part of it.
 *
 * @param contents the version, options and checkpoint of the store
 * @param records the number of records
 * @param created when the backup was begun
 * @param bytes the size of the file
 * @param sha256 the digest that the file holds of itself, in hexadecimal
 */
public record Backup(
    StoreContents contents, long records, Instant created, long bytes, String sha256) {

  /**
   * Writes a backup. The file appears under its name only when it is complete and forced to disk;
   * until then it has the suffix {@code .partial}.
   *
   * @param overwrite whether to replace a file of that name
   * @param now the time to note as that of the backup
   * @throws CopyException if the file exists, is not a regular file, or another process writes it
   */
  public static Backup write(
      CopyEnd source, Path file, boolean overwrite, Instant now, CopyProgress progress)
      throws IOException {
    return write(source, file, overwrite, null, now, progress);
  }

  /**
   * Writes a backup, as the other method does.
   *
   * @param temporary the folder for temporary files; null for the folder of the backup
   */
  public static Backup write(
      CopyEnd source,
      Path file,
      boolean overwrite,
      @Nullable Path temporary,
      Instant now,
      CopyProgress progress)
      throws IOException {
    Path target = file.toAbsolutePath();
    checkName(target, overwrite);
    Path folder = target.getParent();
    Path partial = target.resolveSibling(target.getFileName() + ".partial");
    Instant created = now.truncatedTo(ChronoUnit.MICROS);
    boolean done = false;
    try (FileChannel channel = PartialFile.open(partial);
        RecordSort sort =
            new RecordSort(RecordSort.BY_VERSION, temporary == null ? folder : temporary)) {
      try {
        Backup backup = write(source, sort, channel, created, progress);
        channel.force(true);
        checkName(target, overwrite); // again: the backup may have taken hours
        Files.move(
            partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        done = true;
        force(folder);
        return backup;
      } finally {
        if (!done) {
          Files.deleteIfExists(partial);
        }
      }
    } catch (UncheckedIOException e) {
      throw new CopyException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void checkName(Path target, boolean overwrite) throws CopyException {
    Path folder = target.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new CopyException("there is no folder " + folder + "; create it, or name another");
    }
    if (Files.exists(target)) {
      if (!Files.isRegularFile(target)) {
        throw new CopyException(target + " is not a regular file; name another file");
      }
      if (!overwrite) {
        throw new CopyException(target + " exists; name another file, or say to overwrite it");
      }
    }
  }

  private static Backup write(
      CopyEnd source, RecordSort sort, FileChannel channel, Instant created, CopyProgress progress)
      throws IOException {
    StoreContents contents =
        UnfinishedMark.readWhole(
            source,
            "the store",
            record -> {
              sort.add(record);
              progress.at(CopyProgress.Step.READ, sort.size());
            });
    BackupWriter writer = new BackupWriter(channel);
    writer.contents(contents, sort.size(), created);
    RecordSort.Reader records = sort.read();
    for (long written = 1; records.hasNext(); written++) {
      writer.record(records.next());
      progress.at(CopyProgress.Step.WRITE, written);
    }
    String sha256 = writer.finish();
    return new Backup(contents, sort.size(), created, writer.bytes(), sha256);
  }

  /** Makes a rename durable; does nothing on file systems that cannot force a directory. */
  private static void force(@Nullable Path folder) throws IOException {
    if (folder != null && !System.getProperty("os.name", "").startsWith("Windows")) {
      try (FileChannel directory = FileChannel.open(folder)) {
        directory.force(true);
      }
    }
  }

  /**
   * Reads a whole backup and checks every byte of it.
   *
   * @throws DamagedBackupException if a byte is changed, missing or extra
   */
  public static Backup check(Path file, CopyProgress progress) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return check(file, in, progress);
    }
  }

  private static Backup check(Path file, InputStream in, CopyProgress progress) throws IOException {
    try (BackupReader reader = new BackupReader(file, in)) {
      long records = 0;
      while (reader.record() != null) {
        progress.at(CopyProgress.Step.CHECK, ++records);
      }
      BackupReader.Start start = reader.start();
      return new Backup(
          start.contents(), records, start.created(), reader.bytes(), reader.sha256());
    }
  }

  /**
   * Restores a backup as a new history. The whole file is checked before anything changes. Options
   * follow the records, so that nothing expires or is evicted meanwhile. Until everything is
   * restored, the target has an {@link UnfinishedMark}.
   *
   * @param replace whether to remove the contents of the target
   * @throws CopyException if the target is not empty and {@code replace} is false, or if the file
   *     is a pipe or a device, which cannot be read twice
   * @throws DamagedBackupException if the file is damaged; nothing has changed
   */
  public static Backup restore(Path file, CopyEnd target, boolean replace, CopyProgress progress)
      throws IOException, InterruptedException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new CopyException(
          file + " is not a regular file, and a restore reads it twice: save it to a file first");
    }
    // One open file for both passes: another backup may take its name in between.
    try (FileChannel channel = FileChannel.open(file)) {
      return restore(file, channel, target, replace, progress);
    }
  }

  private static Backup restore(
      Path file, FileChannel channel, CopyEnd target, boolean replace, CopyProgress progress)
      throws IOException, InterruptedException {
    Backup backup = check(file, Channels.newInputStream(channel), progress);
    if (!replace) {
      StoreCopy.checkEmpty(target);
    }
    StoreCopy.clear(target);
    UnfinishedMark.setRestore(target);
    try (BackupReader reader =
        new BackupReader(file, Channels.newInputStream(channel.position(0)))) {
      RestoreBatches batches = new RestoreBatches(target);
      long restored = 0;
      for (StoredRecord next = reader.record(); next != null; next = reader.record()) {
        batches.add(next);
        progress.at(CopyProgress.Step.WRITE, ++restored);
      }
      batches.flush();
    }
    for (Map.Entry<String, TypeOptions> type : backup.contents().options().entrySet()) {
      Outages.outlast(() -> target.setOptions(type.getKey(), type.getValue()));
    }
    Outages.outlast(() -> target.setCheckpoint(backup.contents().checkpoint()));
    UnfinishedMark.removeRestore(target);
    return backup;
  }
}
