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
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the matches and keeps those that may be on the requested page. If their payloads exceed
 * some megabytes, it keeps only the keys, and fetches the records of the page at the end.
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

  /** End of the page: records after this many are not on it. */
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
    // Each record takes some bytes of the answer: more records than this do not fit.
    long most = Math.min(query.limit(), query.answerBytes() / RecordQuery.RECORD_BYTES + 2);
    long end = query.offset() + most;
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

  int kept() {
    return kept.size();
  }

  /**
   * Returns the records of the page, in order.
   *
   * @param candidates the source of the records
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
      // The first record is returned even if it is too large, so that paging always makes progress.
      if (size > query.answerBytes() && i > 0) {
        throw new InvalidArgumentException(
            "limit",
            Long.toString(query.limit()),
            String.format(
                Locale.ROOT,
                "give at most %d and continue by offset: more records do not fit in an answer of %d bytes",
                i,
                query.answerBytes()));
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
