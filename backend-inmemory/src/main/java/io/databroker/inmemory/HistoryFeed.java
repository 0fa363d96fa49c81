package io.databroker.inmemory;

import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.support.FeedSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one feed's changes from the logs. It keeps no part of the history. */
final class HistoryFeed implements FeedSource {
  private final InMemoryBackend backend;
  private final long serverVersion;
  private final @Nullable String type;

  /**
   * The index of the next batch in the log of the table that {@link #born} identifies; used only by
   * the polling thread.
   */
  private long next = -1;

  private long born = -1;

  HistoryFeed(InMemoryBackend backend, long serverVersion, @Nullable String type) {
    this.backend = backend;
    this.serverVersion = serverVersion;
    this.type = type;
  }

  @Override
  public Versions versions() {
    return backend.versions();
  }

  @Override
  public @Nullable Changes next(long after, long latest) {
    History history = backend.history(serverVersion);
    if (history == null) {
      return null;
    }
    Table table = type == null ? null : history.tables.get(type);
    if (table != null && table.born != born) {
      born = table.born;
      next = -1;
    }
    Log.View<Changes> told = (table == null ? history.told : table.told).view();
    Log.View<Entry> log = table == null ? null : table.log.view();
    if (history.commit.first() > after + 1) {
      return null;
    }
    if (type != null && table == null) {
      return bookmark(latest);
    }
    if (next < told.first()) {
      next = told.after(after, latest);
    }
    Changes changes = told.get(next);
    if (changes == null || changes.position().version() > latest) {
      return type == null ? null : bookmark(latest);
    }
    next++;
    List<StoredRecord> records = changes.records();
    boolean whole = !records.isEmpty() && records.get(0).version() > after;
    return whole ? changes : part(after, changes, log);
  }

  private Changes bookmark(long version) {
    return new Changes(List.of(), new Position(serverVersion, version));
  }

  /** Returns the part of a batch that concerns the feed: of its type, and after its position. */
  private static Changes part(long after, Changes batch, Log.@Nullable View<Entry> log) {
    Position end = batch.position();
    List<StoredRecord> part = new ArrayList<>();
    if (log == null) {
      batch.records().stream().filter(it -> it.version() > after).forEach(part::add);
    } else {
      long index = log.after(after, end.version());
      for (Entry entry = log.get(index);
          entry != null && entry.version() <= end.version();
          entry = log.get(++index)) {
        part.add(entry.record);
      }
    }
    return new Changes(part, end);
  }

  @Override
  public boolean holds(long after, long through) {
    History history = backend.history(serverVersion);
    if (history == null || type == null) {
      return true;
    }
    Table table = history.tables.get(type);
    if (table == null) {
      return after < history.lastRemoved;
    }
    Log.View<Entry> log = table.log.view();
    Entry entry = log.get(log.after(after, through));
    // Read the bound after the log: a trim raises the bound before it drops entries.
    return (entry != null && entry.version() <= through) || after < table.lastTrimmed;
  }
}
