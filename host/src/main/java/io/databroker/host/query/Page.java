package io.databroker.host.query;

import io.databroker.api.CodePointOrder;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts what was found, and keeps what may be on the page that was asked for. When the payloads
 * come to more than some megabytes it keeps keys alone, and fetches those of the page at the end.
 */
final class Page {
  private static final long MOST_HELD = 32 << 20;
  private static final int LEAST_KEPT = 512;
  private static final Comparator<Entry> ORDER =
      Comparator.comparing((Entry entry) -> entry.key.type, CodePointOrder.INSTANCE)
          .thenComparing(entry -> entry.key.id, CodePointOrder.INSTANCE);

  private record Key(String type, String id) {}

  private record Entry(Key key, int payloadSize, @Nullable StoredRecord record) {
    static Entry of(StoredRecord record) {
      return new Entry(new Key(record.type(), record.id()), record.payload().size(), record);
    }

    Entry bare() {
      return record == null ? this : new Entry(key, payloadSize, null);
    }

    long size() {
      return RecordQuery.RECORD_BYTES + utf8(key.type) + utf8(key.id) + (long) payloadSize;
    }

    private static int utf8(String text) {
      return text.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  private final RecordQuery query;

  /** Those that come after so many cannot be on the page. */
  private final long wanted;

  private final List<Entry> kept = new ArrayList<>();
  private final long mostHeld;
  private long held;
  private boolean bare;
  private long total;

  Page(RecordQuery query) {
    this(query, MOST_HELD);
  }

  Page(RecordQuery query, long mostHeld) {
    this.query = query;
    this.mostHeld = mostHeld;
    long end = query.offset() + query.limit();
    this.wanted = query.limit() == 0 ? 0 : end < 0 ? Long.MAX_VALUE : end;
  }

  void add(StoredRecord record) {
    total++;
    if (wanted == 0) {
      return;
    }
    Entry entry = Entry.of(record);
    kept.add(bare ? entry.bare() : entry);
    held += entry.payloadSize;
    if (kept.size() / 2 >= Math.max(wanted, LEAST_KEPT)) {
      prune();
    } else if (!bare && held > mostHeld) {
      prune();
      if (held > mostHeld / 2) {
        bare = true;
        kept.replaceAll(Entry::bare);
      }
    }
  }

  private void prune() {
    kept.sort(ORDER);
    if (kept.size() > wanted) {
      kept.subList((int) wanted, kept.size()).clear();
      held = kept.stream().mapToLong(Entry::payloadSize).sum();
    }
  }

  long total() {
    return total;
  }

  /**
   * The records of the page, in order.
   *
   * @param candidates what was found came from
   */
  List<StoredRecord> records(Candidates candidates) {
    prune();
    int from = (int) Math.min(query.offset(), kept.size());
    List<Entry> page = kept.subList(from, kept.size());
    checkSize(page);
    return bare ? fetch(page, candidates) : page.stream().map(Page::record).toList();
  }

  private static StoredRecord record(Entry entry) {
    return Objects.requireNonNull(entry.record);
  }

  private void checkSize(List<Entry> page) {
    long size = 0;
    for (int i = 0; i < page.size(); i++) {
      size += page.get(i).size();
      // The first is answered whatever its size, so that whoever pages always gets on.
      if (size > query.answerBytes() && i > 0) {
        throw new InvalidArgumentException(
            "limit",
            Long.toString(query.limit()),
            "give at most %d, and go on by offset: more than these do not fit into an answer of %d bytes"
                .formatted(i, query.answerBytes()));
      }
    }
  }

  private static List<StoredRecord> fetch(List<Entry> page, Candidates candidates) {
    Set<Key> wantedKeys = new HashSet<>();
    page.forEach(entry -> wantedKeys.add(entry.key));
    Map<Key, StoredRecord> fetched = new HashMap<>();
    Iterator<StoredRecord> all = candidates.records();
    while (all.hasNext()) {
      StoredRecord record = all.next();
      Key key = new Key(record.type(), record.id());
      if (wantedKeys.contains(key)) {
        fetched.put(key, record);
      }
    }
    return page.stream().map(entry -> Objects.requireNonNull(fetched.get(entry.key))).toList();
  }
}
