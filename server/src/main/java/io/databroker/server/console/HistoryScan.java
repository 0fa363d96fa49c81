package io.databroker.server.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes that the history holds, of all records, of a type or of one record. A scan reads forward
 * from a version, and ends after a number of matches or a time; its answer names the version at
 * which to continue.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class HistoryScan {
  private static final int PAGE = 100;

  private final Backend backend;
  private final LongSupplier nanoTime;
  private final long longestNanos;

  HistoryScan(Backend backend, LongSupplier nanoTime, Duration longest) {
    this.backend = backend;
    this.nanoTime = nanoTime;
    this.longestNanos = longest.toNanos();
  }

  /**
   * Returns a page of changes.
   *
   * @param type the type; the empty text for all types
   * @param id the id; the empty text for all records of the type
   * @param after the version after which to begin; null for the beginning of the history
   * @param abandoned returns whether nobody waits for the answer
   */
  JsonObject run(String type, String id, @Nullable Long after, BooleanSupplier abandoned) {
    long begun = nanoTime.getAsLong();
    Versions versions = backend.versions();
    long from = after == null ? versions.earliest() - 1 : after;
    JsonArray found = new JsonArray();
    Position position = new Position(versions.serverVersion(), from);
    try (ChangeFeed feed = backend.changes(position, type.isEmpty() ? null : type)) {
      while (found.size() < PAGE
          && !abandoned.getAsBoolean()
          && nanoTime.getAsLong() - begun <= longestNanos) {
        Changes changes = feed.poll();
        if (changes == null) {
          break;
        }
        position = add(found, changes, id, position);
      }
    }
    // An empty poll is not enough: the feed may lag behind the versions.
    boolean complete = Long.compareUnsigned(position.version(), versions.latest()) >= 0;
    JsonObject json = new JsonObject();
    json.add("changes", found);
    json.addProperty("history", Rows.version(versions.serverVersion()));
    json.addProperty("earliest", Rows.version(versions.earliest()));
    json.addProperty("latest", Rows.version(versions.latest()));
    json.addProperty("next", Rows.version(position.version()));
    json.addProperty("complete", complete);
    return json;
  }

  /** Adds the changes that fit on the page, and returns the position after the last one. */
  private static Position add(JsonArray found, Changes changes, String id, Position before) {
    Position at = before;
    for (StoredRecord record : changes.records()) {
      if (found.size() >= PAGE) {
        return at;
      }
      if (id.isEmpty() || id.equals(record.id())) {
        found.add(Rows.row(Rows.slim(record), record.payload().size()));
      }
      at = new Position(before.serverVersion(), record.version());
    }
    return changes.position();
  }
}
