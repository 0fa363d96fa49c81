package io.databroker.tck.history;

import io.databroker.api.Condition;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.tck.text.Texts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Formats a history as text: one line per call, with a bar from call to return. */
final class Timeline {
  private static final int TEXT = 68;
  private static final int NAMES = 12;
  private static final int PAYLOAD = 40;
  private static final int MOST_TYPES = 40;

  private Timeline() {}

  static String of(History history) {
    StringBuilder text = new StringBuilder();
    HistoryNames names = HistoryNames.of(history);
    text.append("before: ").append(state(history.start(), names)).append('\n');
    NavigableSet<Long> moments = new TreeSet<>();
    for (Operation operation : history.operations()) {
      moments.add(operation.began());
      moments.add(operation.ended());
    }
    List<Long> sorted = new ArrayList<>(moments);
    int scale = Math.max(1, (sorted.size() + 59) / 60);
    for (Operation operation : history.operations()) {
      int from = sorted.indexOf(operation.began()) / scale;
      int to = sorted.indexOf(operation.ended()) / scale;
      String words = words(operation, names);
      if (words.length() > TEXT) {
        text.append(words).append('\n').append(" ".repeat(TEXT));
      } else {
        text.append(words).append(" ".repeat(TEXT - words.length()));
      }
      text.append("  ")
          .append(" ".repeat(from))
          .append('|')
          .append("-".repeat(Math.max(0, to - from - 1)))
          .append(operation.isOptional() ? "->" : "|")
          .append('\n');
    }
    return text.toString();
  }

  static String state(History.Start start, HistoryNames names) {
    String records = words(start.records().stream().limit(NAMES).toList());
    if (start.records().size() > NAMES) {
      records += ", and " + (start.records().size() - NAMES) + " more";
    }
    return "version "
        + Long.toUnsignedString(start.latest())
        + names.of(start.serverVersion())
        + (records.isEmpty() ? ", no records" : ", live: " + records)
        + (start.options().isEmpty() ? "" : ", options: " + options(start.options()));
  }

  static String options(Map<String, TypeOptions> options) {
    return options.entrySet().stream()
        .map(entry -> entry.getKey() + " " + options(entry.getValue()))
        .sorted()
        .collect(Collectors.joining("; "));
  }

  private static String options(TypeOptions options) {
    List<String> words = new ArrayList<>();
    if (options.capacity() != null) {
      words.add("capacity " + Long.toUnsignedString(options.capacity()));
    }
    if (options.ttl() != null) {
      words.add("ttl " + options.ttl());
    }
    if (!options.indexedFields().isEmpty()) {
      words.add("indexed " + options.indexedFields());
    }
    return words.isEmpty() ? "none" : String.join(", ", words);
  }

  static String words(Operation operation) {
    return words(operation, HistoryNames.NONE);
  }

  /** Formats an operation; names its history if there are several. */
  static String words(Operation operation, HistoryNames names) {
    String answer = answer(operation.answer(), names);
    return "client " + operation.client() + ": " + call(operation) + " -> " + answer;
  }

  static String call(Operation operation) {
    Call call = operation.call();
    if (call instanceof Call.Put put) {
      return put.batch().stream().map(Timeline::write).collect(Collectors.joining(" + "));
    } else if (call instanceof Call.Get get) {
      return "get " + get.type() + "/" + get.id();
    } else if (call instanceof Call.ListTypes) {
      return "listTypes";
    } else if (call instanceof Call.TakeSnapshot taken) {
      return "snapshot " + selection(taken.selection());
    } else if (call instanceof Call.ReadVersions) {
      return "versions";
    } else if (call instanceof Call.SetOptions set) {
      return "setOptions " + set.type() + " " + options(set.options());
    } else if (call instanceof Call.ReadOptions) {
      return "options";
    } else if (call instanceof Call.Expire) {
      return "expire";
    } else if (call instanceof Call.ReadCheckpoint) {
      return "checkpoint";
    }
    return call instanceof Call.SetCheckpoint set ? "setCheckpoint " + set.checkpoint() : "clear";
  }

  private static String selection(Selection selection) {
    if (selection instanceof Selection.OfType ofType) {
      return "of " + ofType.type();
    }
    return selection instanceof Selection.Where where
        ? "of " + where.type() + " where " + where.anyOf()
        : "of all";
  }

  private static String write(Write write) {
    String words =
        (write instanceof Write.Delete ? "delete " : "put ") + write.type() + "/" + write.id();
    return write.condition() == Condition.NONE ? words : words + " if " + write.condition();
  }

  private static String answer(Answer answer, HistoryNames names) {
    if (answer instanceof Answer.Stored stored) {
      return stored.result().records().stream()
          .map(record -> record.version() == 0 ? "absent" : version(record))
          .collect(Collectors.joining(" ", "", names.of(stored.result().serverVersion())));
    } else if (answer instanceof Answer.ConditionFailed failed) {
      return "condition failed, found " + version(failed.found());
    } else if (answer instanceof Answer.Found found) {
      return found.live() == null ? "null" : version(found.live());
    } else if (answer instanceof Answer.Types types) {
      return types.types().size() <= MOST_TYPES
          ? types.types().toString()
          : types.types().subList(0, NAMES) + " and " + (types.types().size() - NAMES) + " more";
    } else if (answer instanceof Answer.Shown shown) {
      return "at "
          + version(shown.position().version())
          + names.of(shown.position().serverVersion())
          + shown.records().stream()
              .map(record -> key(record) + " " + version(record))
              .sorted()
              .collect(Collectors.joining(", ", " {", "}"));
    } else if (answer instanceof Answer.Told told) {
      return "latest "
          + version(told.versions().latest())
          + names.of(told.versions().serverVersion());
    } else if (answer instanceof Answer.Cleared cleared) {
      return "from "
          + names.name(cleared.result().oldServerVersion())
          + " to "
          + names.name(cleared.result().newServerVersion());
    } else if (answer instanceof Answer.Configured configured) {
      return "{" + options(configured.options()) + "}";
    } else if (answer instanceof Answer.Counted counted) {
      return Long.toString(counted.count());
    } else if (answer instanceof Answer.Marked marked) {
      return marked.checkpoint().toString();
    } else if (answer instanceof Answer.NotApplied not) {
      return not.error();
    } else if (answer instanceof Answer.Crashed) {
      return "a crash";
    }
    return answer instanceof Answer.Unknown ? "outcome unknown" : "done";
  }

  /** Formats records as keys and versions. */
  static String words(List<StoredRecord> records) {
    return records.stream()
        .map(record -> key(record) + " " + version(record))
        .collect(Collectors.joining(", "));
  }

  /** Formats a record with its payload. */
  static String record(StoredRecord record) {
    String payload = new String(record.payload().toByteArray(), StandardCharsets.UTF_8);
    return Texts.format(
        "%s %s%s \"%s\"",
        key(record),
        version(record),
        record.deleted() ? " deleted" : "",
        payload.length() <= PAYLOAD ? payload : payload.substring(0, PAYLOAD) + "...");
  }

  private static String key(StoredRecord record) {
    return record.type() + "/" + record.id();
  }

  private static String version(StoredRecord record) {
    return version(record.version());
  }

  static String version(long version) {
    return "v" + Long.toUnsignedString(version);
  }
}
