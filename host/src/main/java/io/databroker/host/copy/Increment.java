package io.databroker.host.copy;

import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Versions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the changes of a store since a backup. */
final class Increment {
  private static final Duration IDLE = Duration.ofMillis(500);

  /** Number of attempts to read options that do not change meanwhile. */
  private static final int ATTEMPTS = 10;

  private final CopyEnd source;
  private final Path baseFile;
  private final Backup base;
  private final CopyProgress progress;
  private long reached;

  /**
   * Prepares an increment.
   *
   * @param base the backup in {@code baseFile}, which was checked
   */
  Increment(CopyEnd source, Path baseFile, Backup base, CopyProgress progress) {
    this.source = source;
    this.baseFile = baseFile;
    this.base = base;
    this.progress = progress;
    this.reached = base.contents().position().version();
  }

  /**
   * Writes it.
   *
   * @throws CopyException if the store has another history than the base, or no longer holds the
   *     changes since then
   */
  Backup write(FileChannel channel, Instant created) throws IOException, InterruptedException {
    StoreContents contents = contents();
    long from = reached;
    long count = contents.position().version() - from;
    BackupWriter writer = new BackupWriter(channel, new Backup.Base(from, base.sha256()));
    writer.contents(contents, count, created);
    try {
      changes(contents.position(), writer);
    } catch (HistoryReplacedException e) {
      throw foreign(e.current());
    } catch (HistoryTrimmedException e) {
      throw new CopyException(
          String.format(
              Locale.ROOT,
              "the store no longer holds the changes after version %s, which %s needs, but only"
                  + " those from version %s on; take a full backup, and keep more history or take"
                  + " increments more often",
              Long.toUnsignedString(reached),
              baseFile,
              Long.toUnsignedString(e.earliest())),
          e);
    }
    String sha256 = writer.finish();
    return new Backup(contents, count, created, writer.bytes(), sha256, writer.base());
  }

  /** Returns the version and options of the store at one instant, and the checkpoint before it. */
  private StoreContents contents() throws CopyException, InterruptedException {
    Checkpoint checkpoint = Outages.outlast(source::checkpoint);
    Map<String, TypeOptions> options = Outages.outlast(source::options);
    for (int attempt = 1; ; attempt++) {
      Map<String, TypeOptions> before = options;
      Versions versions = Outages.outlast(source::versions);
      options = Outages.outlast(source::options);
      // Options that are the same before and after were in force at the version between.
      if (options.equals(before) || attempt == ATTEMPTS) {
        check(versions);
        Position position = new Position(versions.serverVersion(), versions.latest());
        return new StoreContents(position, options, checkpoint);
      }
    }
  }

  private void check(Versions versions) throws CopyException {
    Position held = base.contents().position();
    if (versions.serverVersion() != held.serverVersion()) {
      throw foreign(versions.serverVersion());
    }
    if (Long.compareUnsigned(versions.latest(), held.version()) < 0) {
      throw new CopyException(
          String.format(
              Locale.ROOT,
              "the store is at version %s, before version %s of %s: it was set back; take a full"
                  + " backup",
              Long.toUnsignedString(versions.latest()),
              Long.toUnsignedString(held.version()),
              baseFile));
    }
  }

  private CopyException foreign(long history) {
    return new CopyException(
        String.format(
            Locale.ROOT,
            "the store has history %s, but %s is a backup of history %s; take a full backup",
            Long.toUnsignedString(history),
            baseFile,
            Long.toUnsignedString(base.contents().position().serverVersion())));
  }

  private void changes(Position end, BackupWriter writer) throws IOException, InterruptedException {
    @Nullable Outages outage = null;
    while (reached != end.version()) {
      Position from = new Position(end.serverVersion(), reached);
      try (CopyEnd.Feed feed = Outages.outlast(() -> source.changes(from))) {
        while (reached != end.version()) {
          Changes next = feed.next(IDLE);
          if (next == null) {
            throw new UnavailableException("the store sends no changes", null);
          }
          append(next, end.version(), writer);
          outage = null;
        }
      } catch (UnavailableException e) {
        outage = outage == null ? Outages.begin() : outage;
        outage.pause(e);
      }
    }
  }

  private void append(Changes next, long end, BackupWriter writer) throws IOException {
    for (StoredRecord change : next.records()) {
      if (reached == end) {
        return; // the later changes were written after the version of the backup
      }
      if (change.version() != reached + 1) {
        throw new CopyException(
            String.format(
                Locale.ROOT,
                "the store sends version %s after version %s; take a full backup",
                Long.toUnsignedString(change.version()),
                Long.toUnsignedString(reached)));
      }
      writer.record(change);
      reached++;
      progress.at(CopyProgress.Step.WRITE, reached - base.contents().position().version());
    }
  }
}
