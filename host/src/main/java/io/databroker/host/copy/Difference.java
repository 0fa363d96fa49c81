package io.databroker.host.copy;

import io.databroker.api.CodePointOrder;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the first difference between the records that two stores have of one type. */
final class Difference {
  private static final Comparator<StoredRecord> BY_ID =
      Comparator.comparing(StoredRecord::id, CodePointOrder.INSTANCE);

  private final String type;
  private final RecordSort first;
  private final RecordSort second;
  private final @Nullable Path folder;

  /**
   * Compares the records of one type.
   *
   * @param first all records of the first store, in the order of their writes
   * @param second all records of the second store, in the order of their writes
   */
  Difference(String type, RecordSort first, RecordSort second, @Nullable Path folder) {
    this.type = type;
    this.first = first;
    this.second = second;
    this.folder = folder;
  }

  /**
   * Describes the first difference by id, or, if only the order of writes differs, the first
   * difference in that order.
   */
  String find() {
    try (RecordSort a = byId(first);
        RecordSort b = byId(second)) {
      RecordSort.Reader left = a.read();
      RecordSort.Reader right = b.read();
      while (left.hasNext() && right.hasNext()) {
        StoredRecord one = left.next();
        StoredRecord other = right.next();
        int order = BY_ID.compare(one, other);
        if (order != 0) {
          return order < 0 ? missing(one, "second") : missing(other, "first");
        }
        if (!one.payload().equals(other.payload())) {
          return about(
              one,
              "has %d bytes of payload in the first store and %d in the second, which differ",
              one.payload().size(),
              other.payload().size());
        }
        if (!one.modifiedAt().equals(other.modifiedAt())) {
          return about(
              one,
              "has the time %s in the first store and %s in the second",
              one.modifiedAt(),
              other.modifiedAt());
        }
      }
      if (left.hasNext() || right.hasNext()) {
        return left.hasNext() ? missing(left.next(), "second") : missing(right.next(), "first");
      }
    }
    return order();
  }

  private RecordSort byId(RecordSort all) {
    RecordSort sorted = new RecordSort(BY_ID, folder);
    RecordSort.Reader reader = all.read();
    for (StoredRecord record = next(reader); record != null; record = next(reader)) {
      sorted.add(record);
    }
    return sorted;
  }

  private String order() {
    RecordSort.Reader left = first.read();
    RecordSort.Reader right = second.read();
    for (long place = 1; ; place++) {
      StoredRecord one = next(left);
      StoredRecord other = next(right);
      if (one == null || other == null) {
        throw new IllegalStateException("the digests differ, but no record does");
      }
      if (!one.id().equals(other.id())) {
        return about(
            one,
            "was written as number %d of its type in the first store, and %s in the second",
            place,
            shown(other.id()));
      }
    }
  }

  private @Nullable StoredRecord next(RecordSort.Reader reader) {
    while (reader.hasNext()) {
      StoredRecord record = reader.next();
      if (record.type().equals(type)) {
        return record;
      }
    }
    return null;
  }

  private static String missing(StoredRecord record, String where) {
    return about(record, "is missing in the %s store", where);
  }

  private static String about(StoredRecord record, String text, Object... values) {
    return String.format(
            Locale.ROOT, "record %s of type %s ", shown(record.id()), shown(record.type()))
        + String.format(Locale.ROOT, text, values);
  }

  static String options(String type, @Nullable TypeOptions one, @Nullable TypeOptions other) {
    return String.format(
        Locale.ROOT,
        "the options of type %s are %s in the first store and %s in the second",
        shown(type),
        shown(one),
        shown(other));
  }

  private static String shown(@Nullable TypeOptions options) {
    return options == null
        ? "none"
        : String.format(
            Locale.ROOT,
            "(capacity %s, ttl %s, indexed fields %s)",
            options.capacity() == null ? "none" : Long.toUnsignedString(options.capacity()),
            options.ttl() == null ? "none" : options.ttl(),
            options.indexedFields().stream()
                .map(Difference::shown)
                .collect(Collectors.joining(", ", "[", "]")));
  }

  /** Returns a text in quotes, with escapes for all characters that a terminal could interpret. */
  private static String shown(String text) {
    StringBuilder shown = new StringBuilder("\"");
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                shown.append('\\').appendCodePoint(c);
              } else if (Character.isISOControl(c)) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.append('"').toString();
  }
}
