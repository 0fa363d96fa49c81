package io.databroker.host.copy;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.DatabrokerException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Versions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies a store into another one: records with their times and in the order of their writes, then
 * changes, then options and the checkpoint.
 *
 * <p><b>After an interruption.</b> While the copy is unfinished, the checkpoint of the target names
 * the history of the source and the version up to which the target has it: the mark. The target
 * then has the state of the source at some version, up to that mark. A later run applies the
 * changes after the mark. If these were trimmed, it deletes the records that the source no longer
 * has, and restores every record written after the mark, again in order. Either way a batch that is
 * applied twice does no harm.
 *
 * <p>Until the copy is finished, the target also has an {@link UnfinishedMark}, so that nobody
 * serves it as a complete store.
 *
 * <p>Options are set last: a target without options does not evict or expire records itself, and
 * applies the evictions and expiries of the source as deletes.
 */
public final class StoreCopy {
  private static final Duration IDLE = Duration.ofMillis(500);
  private static final long MARK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CopyEnd source;
  private final CopyEnd target;
  private final @Nullable Path folder;
  private final CopyProgress progress;
  private final long markNanos;
  private Position reached = new Position(0, 0);
  private long marked;
  private long records;
  private long changes;

  /**
   * Copies from one end to the other.
   *
   * @param folder the folder for temporary files; null for the system's default
   */
  public StoreCopy(CopyEnd source, CopyEnd target, @Nullable Path folder, CopyProgress progress) {
    this(source, target, folder, progress, MARK_NANOS);
  }

  StoreCopy(
      CopyEnd source,
      CopyEnd target,
      @Nullable Path folder,
      CopyProgress progress,
      long markNanos) {
    this.source = source;
    this.target = target;
    this.folder = folder;
    this.progress = progress;
    this.markNanos = markNanos;
  }

  /**
   * Outcome of a copy.
   *
   * @param position the position of the source that the target has reached
   * @param records the number of records that were restored
   * @param changes the number of changes that were applied
   */
  public record Result(Position position, long records, long changes) {}

  /**
   * Copies everything, or continues an unfinished copy, up to the last version of the source at
   * some instant of the call. The copy is then finished: the target has the options and the
   * checkpoint of the source.
   *
   * @param replace whether to remove the contents of the target, unless it is an unfinished copy
   * @throws CopyException if the target is not empty, and {@code replace} is false
   */
  public Result run(boolean replace) throws IOException, InterruptedException {
    start(replace);
    // Read before the last version: a later checkpoint may name changes that the copy does not
    // have.
    Checkpoint checkpoint = Outages.outlast(source::checkpoint);
    long end = checkedVersions().latest();
    apply(() -> Long.compareUnsigned(reached.version(), end) >= 0);
    finish(checkpoint);
    return new Result(reached, records, changes);
  }

  /**
   * Copies everything, or continues an unfinished copy, and then applies every change of the source
   * until it is stopped. The copy stays unfinished: a later call of {@link #run} finishes it.
   *
   * @throws CopyException if the source begins another history
   */
  public Result follow(boolean replace, BooleanSupplier stop)
      throws IOException, InterruptedException {
    start(replace);
    apply(stop);
    return new Result(reached, records, changes);
  }

  /** Fails unless the store has neither records nor options. */
  static void checkEmpty(CopyEnd target) throws IOException, InterruptedException {
    boolean[] found = {!Outages.outlast(target::options).isEmpty()};
    if (!found[0]) {
      try {
        var unused =
            target.read(
                record -> {
                  if (!UnfinishedMark.isMark(record)) {
                    throw new FoundException();
                  }
                });
      } catch (FoundException e) {
        found[0] = true;
      }
    }
    if (found[0]) {
      throw new CopyException(
          "the target is not empty; name an empty one, or add --replace to remove its contents");
    }
  }

  private static final class FoundException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Removes everything, but only from a target that accepts restored records. */
  static void clear(CopyEnd target) throws InterruptedException {
    // The delete of a record that does not exist changes nothing.
    StoredRecord none =
        new StoredRecord("databroker.none", "none", 0, Bytes.EMPTY, Instant.EPOCH, true);
    Outages.outlast(() -> target.restore(List.of(none)));
    Outages.outlast(target::clear);
  }

  private void start(boolean replace) throws IOException, InterruptedException {
    Versions versions = Outages.outlast(source::versions);
    if (Outages.outlast(target::versions).serverVersion() == versions.serverVersion()) {
      throw new CopyException(
          "the source and the target have the same history: they are one store, or one is a copy"
              + " of the other's files; name another target, or clear it first");
    }
    Checkpoint mark = Outages.outlast(target::checkpoint);
    // The checkpoint alone proves nothing: the target may be a follower with a checkpoint of its
    // own.
    boolean unfinished =
        UnfinishedMark.isSet(target, UnfinishedMark.copyOf(versions.serverVersion()));
    boolean checkpointed = unfinished && mark.serverVersion() == versions.serverVersion();
    if (checkpointed && isHeld(new Position(mark.serverVersion(), mark.recordVersion()))) {
      reached = new Position(mark.serverVersion(), mark.recordVersion());
      return;
    }
    if (!unfinished && !replace) {
      checkEmpty(target);
    }
    try (RecordSort sort = new RecordSort(RecordSort.BY_VERSION, folder)) {
      StoreContents contents =
          UnfinishedMark.readWhole(source, "the store to copy", target::check, sort, progress);
      contents.options().forEach(target::check);
      Position position = contents.position();
      long after = 0;
      if (unfinished && position.serverVersion() == versions.serverVersion()) {
        after = checkpointed ? mark.recordVersion() : 0;
        deleteWhatIsGone(sort);
      } else {
        clear(target);
      }
      UnfinishedMark.set(target, UnfinishedMark.copyOf(position.serverVersion()));
      mark(new Position(position.serverVersion(), after));
      restore(sort, position, after);
    } catch (UncheckedIOException e) {
      throw new CopyException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns the versions of the source, which must still have the history of this copy. */
  private Versions checkedVersions() throws CopyException, InterruptedException {
    Versions versions = Outages.outlast(source::versions);
    if (versions.serverVersion() != reached.serverVersion()) {
      throw lost(new HistoryReplacedException(reached.serverVersion(), versions.serverVersion()));
    }
    return versions;
  }

  private CopyException lost(DatabrokerException cause) {
    return new CopyException(
        "the source now has another history, or no longer holds the changes after version "
            + Long.toUnsignedString(reached.version())
            + "; run the copy again ("
            + cause.getMessage()
            + ")",
        cause);
  }

  private boolean isHeld(Position from) throws InterruptedException {
    try {
      Outages.outlast(() -> source.changes(from).close());
      return true;
    } catch (HistoryTrimmedException | HistoryReplacedException e) {
      return false;
    }
  }

  private void restore(RecordSort sort, Position position, long after) throws InterruptedException {
    RestoreBatches batches = new RestoreBatches(target);
    RecordSort.Reader sorted = sort.read();
    long last = after;
    while (sorted.hasNext()) {
      StoredRecord next = sorted.next();
      if (Long.compareUnsigned(next.version(), after) > 0) {
        if (batches.add(next)) {
          markNowAndThen(new Position(position.serverVersion(), last));
        }
        last = next.version();
        progress.at(CopyProgress.Step.WRITE, ++records);
      }
    }
    batches.flush();
    mark(position);
  }

  /** Deletes the records of the target whose keys the source no longer has. */
  private void deleteWhatIsGone(RecordSort ofSource) throws InterruptedException {
    try (KeySort kept = new KeySort(folder);
        KeySort held = new KeySort(folder)) {
      for (RecordSort.Reader reader = ofSource.read(); reader.hasNext(); ) {
        kept.add(reader.next());
      }
      var unused =
          target.read(
              record -> {
                if (!UnfinishedMark.isMark(record)) {
                  held.add(record);
                }
              });
      RestoreBatches batches = new RestoreBatches(target);
      KeySort.notIn(held, kept, batches::add);
      batches.flush();
    }
  }

  /** Applies changes until the caller stops it; asks after each batch and while idle. */
  private void apply(BooleanSupplier enough) throws IOException, InterruptedException {
    Outages outage = null;
    while (!enough.getAsBoolean()) {
      try (CopyEnd.Feed feed = Outages.outlast(() -> source.changes(reached))) {
        while (!enough.getAsBoolean()) {
          Changes next;
          try {
            next = feed.next(IDLE);
          } catch (UnavailableException e) {
            outage = outage == null ? Outages.begin() : outage;
            outage.pause(e);
            break; // open another feed
          }
          outage = null;
          if (next == null) {
            mark(reached);
            progress.at(CopyProgress.Step.CAUGHT_UP, changes);
          } else {
            apply(next);
          }
        }
      } catch (HistoryReplacedException | HistoryTrimmedException e) {
        throw lost(e);
      }
    }
    mark(reached);
  }

  private void apply(Changes next) throws InterruptedException {
    RestoreBatches batches = new RestoreBatches(target);
    for (StoredRecord change : next.records()) {
      batches.add(change);
    }
    batches.flush();
    reached = next.position();
    changes += next.records().size();
    markNowAndThen(reached);
    progress.at(CopyProgress.Step.FOLLOW, changes);
  }

  private void markNowAndThen(Position position) throws InterruptedException {
    if (System.nanoTime() - marked >= markNanos) {
      mark(position);
    }
  }

  private void mark(Position position) throws InterruptedException {
    reached = position;
    marked = System.nanoTime();
    Checkpoint next = new Checkpoint(position.serverVersion(), position.version());
    Outages.outlast(
        () -> {
          if (!target.checkpoint().equals(next)) {
            target.setCheckpoint(next);
          }
        });
  }

  /** Sets the options of the source and this checkpoint. */
  private void finish(Checkpoint checkpoint) throws CopyException, InterruptedException {
    Map<String, TypeOptions> wanted = Outages.outlast(source::options);
    var unused = checkedVersions(); // a clear would have removed the options
    Map<String, TypeOptions> found = new TreeMap<>(Outages.outlast(target::options));
    TreeSet<String> types = new TreeSet<>(wanted.keySet());
    types.addAll(found.keySet());
    for (String type : types) {
      TypeOptions options = wanted.getOrDefault(type, TypeOptions.NONE);
      if (!options.equals(found.getOrDefault(type, TypeOptions.NONE))) {
        Outages.outlast(() -> target.setOptions(type, options));
      }
    }
    Outages.outlast(() -> target.setCheckpoint(checkpoint));
    UnfinishedMark.remove(target, List.of(UnfinishedMark.copyOf(reached.serverVersion())));
  }
}
