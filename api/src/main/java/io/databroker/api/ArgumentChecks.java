package io.databroker.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Argument checks of {@link CheckedBackend} against the limits of one backend. */
final class ArgumentChecks {
  /** Longest accepted duration: far too short for a sum of times to overflow. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private static final String TOO_LONG = "too long";

  private final Limits limits;

  ArgumentChecks(Limits limits) {
    this.limits = limits;
  }

  List<Write> batch(@Nullable List<Write> batch) {
    List<Write> writes = Require.nonNull("batch", batch);
    batchSize(writes.size());
    // Checks and applies a copy, so that later changes of the list have no effect (ARG-3).
    Write[] copy = writes.toArray(new Write[0]);
    if (copy.length == 0) {
      throw new InvalidArgumentException("batch", "empty", "give at least one write");
    }
    batchSize(copy.length);
    long bytes = 0;
    String checked = "";
    for (int i = 0; i < copy.length; i++) {
      bytes += write(i, copy[i], checked);
      checked = copy[i].type();
    }
    limit("batch", bytes, limits.batchBytes(), "payload bytes");
    return List.of(copy);
  }

  /** Checks the number of records of a batch before the batch is copied. */
  void batchSize(int records) {
    limit("batch", records, limits.batchRecords(), "records");
  }

  /**
   * Checks a write and returns the size of its payload.
   *
   * @param checked a type that was checked already; most batches have only one type
   */
  private long write(int index, @Nullable Write write, String checked) {
    if (write == null) {
      throw new InvalidArgumentException("batch[" + index + "]", "null", "give a write");
    }
    String problem =
        index > 0 && write.type().equals(checked)
            ? null
            : problemWith(write.type(), limits.typeBytes());
    if (problem != null) {
      refuse("batch[" + index + "].type", write.type(), limits.typeBytes(), problem);
    }
    problem = problemWith(write.id(), limits.idBytes());
    if (problem != null) {
      refuse("batch[" + index + "].id", write.id(), limits.idBytes(), problem);
    }
    if (!(write instanceof Write.Put put)) {
      return 0;
    }
    int size = put.payload().size();
    if (size > limits.payloadBytes()) {
      limit("batch[" + index + "].payload", size, limits.payloadBytes(), "bytes");
    }
    return size;
  }

  Selection selection(@Nullable Selection selection) {
    Selection given = Require.nonNull("selection", selection);
    if (given instanceof Selection.OfType ofType) {
      type("selection.type", ofType.type());
    } else if (given instanceof Selection.Where where) {
      type("selection.type", where.type());
      for (FieldValue term : where.anyOf()) {
        id("selection.field", term.field());
      }
    }
    return given;
  }

  void options(@Nullable TypeOptions options) {
    TypeOptions given = Require.nonNull("options", options);
    Duration ttl = given.ttl();
    if (ttl != null) {
      duration("options.ttl", ttl);
    }
    for (String field : given.indexedFields()) {
      id("options.indexedFields", field);
    }
  }

  void leaseDuration(@Nullable Duration duration) {
    Require.positive("duration", duration);
    duration("duration", Require.nonNull("duration", duration));
  }

  Instant instant(String argument, @Nullable Instant instant) {
    Instant given = Require.nonNull(argument, instant);
    if (given.isBefore(Instant.EPOCH)) {
      throw new InvalidArgumentException(argument, given.toString(), "give a time since 1970");
    }
    return given;
  }

  void type(String argument, @Nullable String type) {
    text(argument, type, limits.typeBytes());
  }

  void id(String argument, @Nullable String id) {
    text(argument, id, limits.idBytes());
  }

  private static void duration(String argument, Duration duration) {
    if (duration.compareTo(LONGEST) > 0) {
      throw new InvalidArgumentException(
          argument, duration.toString(), "give at most " + LONGEST.toDays() + " days");
    }
  }

  private static void text(String argument, @Nullable String value, int limit) {
    String given = Require.nonNull(argument, value);
    String problem = problemWith(given, limit);
    if (problem != null) {
      refuse(argument, given, limit, problem);
    }
  }

  private static void refuse(String argument, String value, int limit, String problem) {
    if (problem.equals(TOO_LONG)) {
      limit(argument, utf8Length(value), limit, "bytes of UTF-8");
    }
    throw new InvalidArgumentException(argument, value, problem);
  }

  private static void limit(String argument, long actual, long limit, String unit) {
    if (actual > limit) {
      throw new LimitExceededException(argument, actual, limit, unit);
    }
  }

  /** Returns the problem with a type, id, name or path, or null if there is none. */
  private static @Nullable String problemWith(String text, int limit) {
    int length = text.length();
    if (length == 0) {
      return "give at least one character";
    }
    int utf8 = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        if (c < 0x800) {
          utf8++;
        } else if (!Character.isSurrogate(c)) {
          utf8 += 2;
        } else if (Character.isHighSurrogate(c)
            && i + 1 < length
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          utf8 += 2; // four bytes for two chars
          i++;
        } else {
          return "pair the surrogate at index " + i;
        }
      } else if (c == 0) {
        return "remove U+0000 at index " + i;
      }
    }
    return utf8 > limit ? TOO_LONG : null;
  }

  private static int utf8Length(String text) {
    return text.codePoints().map(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4).sum();
  }
}
