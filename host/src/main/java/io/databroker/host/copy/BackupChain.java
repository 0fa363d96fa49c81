package io.databroker.host.copy;

import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A full backup and the increments that continue it, in order. The files stay open, because other
 * backups may take their names between two passes.
 */
final class BackupChain implements AutoCloseable {
  private final List<Path> files;
  private final List<FileChannel> channels = new ArrayList<>();
  private final CopyProgress progress;

  /**
   * Opens the files.
   *
   * @throws CopyException if one is a pipe or a device, which cannot be read twice
   */
  BackupChain(List<Path> files, CopyProgress progress) throws IOException {
    if (files.isEmpty()) {
      throw new CopyException("no backup is named; give the full one first");
    }
    this.files = List.copyOf(files);
    this.progress = progress;
    try {
      for (Path file : files) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
          throw new CopyException(
              file
                  + " is not a regular file, and a restore reads it twice: save it to a file"
                  + " first");
        }
        channels.add(FileChannel.open(file));
      }
    } catch (IOException | RuntimeException | Error failed) {
      close();
      throw failed;
    }
  }

  /**
   * Reads all files, checks every byte, and checks that each file continues the one before.
   *
   * @param records receives each record and change
   * @throws DamagedBackupException if a byte is changed, missing or extra
   * @throws CopyException if the first file is an increment, or a file does not continue the one
   *     before it
   */
  List<Backup> check(Consumer<StoredRecord> records) throws IOException {
    List<Backup> checked = new ArrayList<>();
    long read = 0;
    for (int i = 0; i < channels.size(); i++) {
      Path file = files.get(i);
      try (BackupReader reader = reader(i)) {
        Backup before = i == 0 ? null : checked.get(i - 1);
        checkOrder(file, reader.start(), before, i == 0 ? file : files.get(i - 1));
        for (StoredRecord next = reader.record(); next != null; next = reader.record()) {
          records.accept(next);
          progress.at(CopyProgress.Step.CHECK, ++read);
        }
        checked.add(reader.checked());
      }
    }
    return checked;
  }

  private BackupReader reader(int index) throws IOException {
    FileChannel channel = channels.get(index).position(0);
    return new BackupReader(files.get(index), Channels.newInputStream(channel));
  }

  private static void checkOrder(
      Path file, BackupReader.Start start, @Nullable Backup before, Path fileBefore)
      throws CopyException {
    Backup.Base base = start.base();
    if (base == null) {
      if (before != null) {
        throw new CopyException(
            file + " is a full backup; only increments can follow " + fileBefore);
      }
      return;
    }
    String continued =
        String.format(
            Locale.ROOT,
            "%s is an increment to the backup at version %s with sha256 %s",
            file,
            Long.toUnsignedString(base.version()),
            base.sha256());
    if (before == null) {
      throw new CopyException(
          continued + "; give that backup before it, and begin with a full backup");
    }
    long history = before.contents().position().serverVersion();
    if (!base.sha256().equals(before.sha256())
        || start.contents().position().serverVersion() != history) {
      throw new CopyException(
          String.format(
              Locale.ROOT,
              "%s, but %s before it is at version %s with sha256 %s: a backup between them is"
                  + " missing, or the order is wrong",
              continued,
              fileBefore,
              Long.toUnsignedString(before.contents().position().version()),
              before.sha256()));
    }
  }

  /**
   * Writes the records of all files in order, with the options and the checkpoint of the last.
   *
   * @param last the last of the checked backups
   */
  void restore(Backup last, CopyEnd target) throws IOException, InterruptedException {
    RestoreBatches batches = new RestoreBatches(target);
    long restored = 0;
    for (int i = 0; i < channels.size(); i++) {
      try (BackupReader reader = reader(i)) {
        for (StoredRecord next = reader.record(); next != null; next = reader.record()) {
          if (!UnfinishedMark.isMark(next)) { // the mark of the target is still needed
            var unused = batches.add(next);
          }
          progress.at(CopyProgress.Step.WRITE, ++restored);
        }
      }
    }
    batches.flush();
    for (Map.Entry<String, TypeOptions> type : last.contents().options().entrySet()) {
      Outages.outlast(() -> target.setOptions(type.getKey(), type.getValue()));
    }
    Outages.outlast(() -> target.setCheckpoint(last.contents().checkpoint()));
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels) {
      channel.close();
    }
  }
}
