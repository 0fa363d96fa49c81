package io.databroker.server.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.databroker.api.Backend;
import io.databroker.api.CodePointOrder;
import io.databroker.api.LimitExceededException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.payload.TextMatch;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Search for records by a text in their ids and payloads. A page has the first matches after a key,
 * so that its memory does not grow with the number of matches. A search that takes too long ends
 * with the matches so far, and says so.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class RecordSearch {
  private static final int PAGE = 50;
  private static final int TEXT_BYTES = 4_096;
  private static final int CHECKED_EVERY = 64;

  /**
   * Order of the matches, and place of a page among them.
   *
   * @param type the type of a record
   * @param id the id of a record
   */
  record Key(String type, String id) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int types = CodePointOrder.INSTANCE.compare(type, other.type);
      return types != 0 ? types : CodePointOrder.INSTANCE.compare(id, other.id);
    }
  }

  private record Match(Key key, StoredRecord record, int bytes) {}

  /** Ends a search in the middle of a long payload. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super(null, null, false, false);
    }
  }

  private final Backend backend;
  private final MessageTypes types;
  private final LongSupplier nanoTime;
  private final long longestNanos;

  RecordSearch(Backend backend, MessageTypes types, LongSupplier nanoTime, Duration longest) {
    this.backend = backend;
    this.types = types;
    this.nanoTime = nanoTime;
    this.longestNanos = longest.toNanos();
  }

  /**
   * Returns a page of matches.
   *
   * @param type the type to search; the empty text for all types
   * @param text the text to find; the empty text finds all records
   * @param after key of the last record of the page before; an empty type begins
   * @param abandoned returns whether nobody waits for the answer
   */
  JsonObject run(String type, String text, Key after, BooleanSupplier abandoned) {
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    if (size > TEXT_BYTES) {
      throw new LimitExceededException("text", size, TEXT_BYTES, "bytes");
    }
    long begun = nanoTime.getAsLong();
    BooleanSupplier late =
        () -> nanoTime.getAsLong() - begun > longestNanos || abandoned.getAsBoolean();
    Predicate<StoredRecord> wanted = matching(text, late);
    PriorityQueue<Match> page = new PriorityQueue<>(Comparator.comparing(Match::key).reversed());
    long read = 0;
    long matches = 0;
    long later = 0;
    boolean complete = true;
    JsonObject json = new JsonObject();
    Selection selection = type.isEmpty() ? Selection.all() : Selection.ofType(type);
    try (Snapshot snapshot = backend.snapshot(selection)) {
      json.addProperty("version", Rows.version(snapshot.position().version()));
      for (Iterator<StoredRecord> all = snapshot.records(); all.hasNext(); read++) {
        if (read % CHECKED_EVERY == 0 && late.getAsBoolean()) {
          complete = false;
          break;
        }
        StoredRecord record = all.next();
        if (wanted.test(record)) {
          matches++;
          later += keep(page, record, after) ? 1 : 0;
        }
      }
    } catch (Stopped e) {
      complete = false;
    }
    List<Match> sorted = new ArrayList<>(page);
    sorted.sort(Comparator.comparing(Match::key));
    JsonArray records = new JsonArray();
    sorted.forEach(match -> records.add(Rows.row(match.record, match.bytes)));
    json.add("records", records);
    json.addProperty("matches", matches);
    json.addProperty("read", read);
    json.addProperty("complete", complete);
    json.addProperty("more", later > PAGE);
    return json;
  }

  /** Keeps a match if it may be on the page; returns whether it comes after the page before. */
  private static boolean keep(PriorityQueue<Match> page, StoredRecord record, Key after) {
    Key key = new Key(record.type(), record.id());
    if (!after.type.isEmpty() && key.compareTo(after) <= 0) {
      return false;
    }
    Match worst = page.peek();
    if (page.size() >= PAGE && worst != null && key.compareTo(worst.key) > 0) {
      return true;
    }
    page.add(new Match(key, Rows.slim(record), record.payload().size()));
    if (page.size() > PAGE) {
      page.remove();
    }
    return true;
  }

  private Predicate<StoredRecord> matching(String text, BooleanSupplier late) {
    if (text.isEmpty()) {
      return record -> true;
    }
    String lower = text.toLowerCase(Locale.ROOT);
    Predicate<StoredRecord> inPayload =
        new TextMatch(
            types,
            text,
            () -> {
              if (late.getAsBoolean()) {
                throw new Stopped();
              }
            });
    return record -> record.id().toLowerCase(Locale.ROOT).contains(lower) || inPayload.test(record);
  }
}
