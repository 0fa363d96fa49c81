package io.databroker.host.copy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Backup files: all records of a store at one version, with their times and in the order of their
 * writes, the options and the checkpoint. An increment holds the changes since another backup
 * instead of all records. History and leases are not part of a backup.
 *
 * @param contents the version, options and checkpoint of the store
 * @param records the number of records, or of the changes in an increment
 * @param created when the backup was begun
 * @param bytes the size of the file
 * @param sha256 the digest that the file holds of itself, in hexadecimal
 * @param base the backup that an increment continues; null for a full backup
 */
public record Backup(
    StoreContents contents,
    long records,
    Instant created,
    long bytes,
    String sha256,
    @Nullable Base base) {

  /**
   * The backup that an increment continues, of the same history.
   *
   * @param version the version of the store that it holds
   * @param sha256 its digest
   */
  public record Base(long version, String sha256) {}

  /**
   * Writes a full backup. The file appears under its name only when it is complete and forced to
   * disk; until then it has the suffix {@code .partial}. Only its owner may read it.
   *
   * @param overwrite whether to replace a file of that name
   * @param now the time of the backup, which the file states
   * @throws CopyException if the file exists, is not a regular file, or another process writes it
   */
  public static Backup write(
      CopyEnd source, Path file, boolean overwrite, Instant now, CopyProgress progress)
      throws IOException, InterruptedException {
    return write(source, file, overwrite, null, now, progress);
  }

  /**
   * Writes a full backup, as the other method does.
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
      throws IOException, InterruptedException {
    NewBackupFile created = new NewBackupFile(file, overwrite);
    Path folder = temporary == null ? created.folder() : temporary;
    return created.write(
        channel -> {
          try (RecordSort sort = new RecordSort(RecordSort.BY_VERSION, folder)) {
            return write(source, sort, channel, now.truncatedTo(ChronoUnit.MICROS), progress);
          }
        });
  }

  private static Backup write(
      CopyEnd source, RecordSort sort, FileChannel channel, Instant created, CopyProgress progress)
      throws IOException {
    StoreContents contents =
        UnfinishedMark.readWhole(source, "the store", record -> {}, sort, progress);
    BackupWriter writer = new BackupWriter(channel, null);
    writer.contents(contents, sort.size(), created);
    RecordSort.Reader records = sort.read();
    for (long written = 1; records.hasNext(); written++) {
      writer.record(records.next());
      progress.at(CopyProgress.Step.WRITE, written);
    }
    String sha256 = writer.finish();
    return new Backup(contents, sort.size(), created, writer.bytes(), sha256, null);
  }

  /**
   * Writes an increment: the changes of a store since another backup of it, which is checked first.
   * The store must still hold these changes in its history.
   *
   * @param base the file of the other backup, full or itself an increment
   * @param file the new file, written as by {@link #write}
   * @throws CopyException also if the store has another history than the base, or no longer holds
   *     the changes since then
   * @throws DamagedBackupException if the base is damaged
   */
  public static Backup writeIncrement(
      CopyEnd source, Path base, Path file, boolean overwrite, Instant now, CopyProgress progress)
      throws IOException, InterruptedException {
    NewBackupFile created = new NewBackupFile(file, overwrite);
    for (Path replaced : List.of(file, created.partial())) {
      if (Files.exists(replaced) && Files.isSameFile(base, replaced)) {
        throw new CopyException(
            replaced + " is the backup that the increment continues; name another file");
      }
    }
    Increment increment = new Increment(source, base, check(base, progress), progress);
    return created.write(channel -> increment.write(channel, now.truncatedTo(ChronoUnit.MICROS)));
  }

  /**
   * Reads a whole backup and checks every byte of it. An increment is checked without its base.
   *
   * @throws DamagedBackupException if a byte is changed, missing or extra
   */
  public static Backup check(Path file, CopyProgress progress) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        BackupReader reader = new BackupReader(file, in)) {
      for (long records = 1; reader.record() != null; records++) {
        progress.at(CopyProgress.Step.CHECK, records);
      }
      return reader.checked();
    }
  }

  /**
   * Reads a full backup and its increments, checks every byte of them, and checks that each
   * increment continues the file before it.
   *
   * @param files the full backup, then its increments in order
   * @return the backups in these files
   * @throws DamagedBackupException if a byte is changed, missing or extra
   * @throws CopyException if an increment does not continue the file before it
   */
  public static List<Backup> check(List<Path> files, CopyProgress progress) throws IOException {
    try (BackupChain chain = new BackupChain(files, progress)) {
      return chain.check(record -> {});
    }
  }

  /**
   * Restores a full backup as a new history, as the other method does.
   *
   * @throws CopyException also if the file is an increment
   */
  public static Backup restore(Path file, CopyEnd target, boolean replace, CopyProgress progress)
      throws IOException, InterruptedException {
    return restore(List.of(file), target, replace, progress);
  }

  /**
   * Restores a full backup and its increments as a new history, in the state of the last one. All
   * files are checked before anything changes. Options follow the records, so that nothing expires
   * or is evicted meanwhile. Until everything is restored, the target has an {@link
   * UnfinishedMark}.
   *
   * @param files the full backup, then its increments in order
   * @param replace whether to remove the contents of the target
   * @return the last backup
   * @throws CopyException if the target is not empty and {@code replace} is false, if an increment
   *     does not continue the file before it, or if a file is a pipe or a device, which cannot be
   *     read twice
   * @throws DamagedBackupException if a file is damaged; nothing has changed
   */
  public static Backup restore(
      List<Path> files, CopyEnd target, boolean replace, CopyProgress progress)
      throws IOException, InterruptedException {
    try (BackupChain chain = new BackupChain(files, progress)) {
      List<Backup> checked = chain.check(target::check);
      Backup last = checked.get(checked.size() - 1);
      last.contents().options().forEach(target::check);
      if (!replace) {
        StoreCopy.checkEmpty(target);
      }
      StoreCopy.clear(target);
      UnfinishedMark.set(target, UnfinishedMark.RESTORE);
      chain.restore(last, target);
      UnfinishedMark.remove(target, List.of(UnfinishedMark.RESTORE));
      return last;
    }
  }
}
