package io.databroker.tck.history;

import io.databroker.api.Condition;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.tck.text.Texts;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes a {@link History} as JSON for Porcupine, a linearizability checker in Go, so that a judge
 * that shares no code with this kit can judge it too.
 *
 * <p>Porcupine takes operations with a client, the times of the call and the return, an input and
 * an output. The file holds these and the state before; {@code tck/porcupine} has the model. An
 * operation that may still take effect has no return. Versions are texts of unsigned numbers,
 * because JSON numbers lose digits; payloads are hexadecimal.
 */
public final class PorcupineFile {
  /** Begins each file. */
  private static final String HEADING = "{\"format\":\"databroker-porcupine-1\",";

  private PorcupineFile() {}

  /**
   * Returns whether the model has all calls of a history: it knows puts, gets, lists, versions,
   * clears, and snapshots of a type or of all, in a state without options.
   */
  public static boolean canExpress(History history) {
    return history.start().options().isEmpty()
        && history.start().exact()
        && history.operations().stream().allMatch(PorcupineFile::canExpress);
  }

  private static boolean canExpress(Operation operation) {
    Call call = operation.call();
    boolean isKnown =
        call instanceof Call.Put
            || call instanceof Call.Get
            || call instanceof Call.ListTypes
            || call instanceof Call.ReadVersions
            || call instanceof Call.Clear
            || (call instanceof Call.TakeSnapshot taken
                && !(taken.selection() instanceof Selection.Where));
    return isKnown
        && !(operation.answer() instanceof Answer.Crashed)
        && !(call instanceof Call.Put put && put.batch().stream().anyMatch(PorcupineFile::isNever));
  }

  /** Returns whether the condition of a write never holds: in the file, 0 is "no live record". */
  private static boolean isNever(Write write) {
    return write.condition() instanceof Condition.Version expected && expected.expected() == 0;
  }

  /**
   * Writes a history that the model can express.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static void write(Path file, History history) throws IOException {
    if (!canExpress(history)) {
      throw new IllegalArgumentException("the history has calls that Porcupine's model lacks");
    }
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write(HEADING);
      History.Start start = history.start();
      out.write("\n\"start\":{\"serverVersion\":" + number(start.serverVersion()));
      out.write(",\"latest\":" + number(start.latest()));
      out.write(",\"records\":" + records(start.records()) + "},\n\"operations\":[");
      String separator = "\n";
      for (Operation operation : history.operations()) {
        out.write(separator);
        write(out, operation);
        separator = ",\n";
      }
      out.write("\n]}\n");
    }
  }

  /** Returns whether a file was written by this class. */
  public static boolean isOne(Path file) {
    try (InputStream bytes = Files.newInputStream(file)) {
      byte[] begin = bytes.readNBytes(HEADING.length());
      return new String(begin, StandardCharsets.ISO_8859_1).equals(HEADING);
    } catch (IOException e) {
      return false;
    }
  }

  private static void write(Writer out, Operation operation) throws IOException {
    out.write(Texts.format("{\"client\":%d,\"call\":%d", operation.client(), operation.began()));
    if (!operation.isOptional()) {
      out.write(",\"return\":" + operation.ended());
    }
    out.write(",\"input\":" + input(operation.call()));
    out.write(",\"output\":" + output(operation.answer()) + "}");
  }

  private static String input(Call call) {
    if (call instanceof Call.Put put) {
      return object("put", Map.of("writes", list(put.batch(), PorcupineFile::write)));
    } else if (call instanceof Call.Get get) {
      return object("get", Map.of("type", Texts.json(get.type()), "id", Texts.json(get.id())));
    } else if (call instanceof Call.TakeSnapshot taken) {
      return taken.selection() instanceof Selection.OfType ofType
          ? object("snapshot", Map.of("type", Texts.json(ofType.type())))
          : object("snapshot", Map.of());
    } else if (call instanceof Call.ListTypes) {
      return object("listTypes", Map.of());
    }
    return object(call instanceof Call.Clear ? "clear" : "versions", Map.of());
  }

  private static String write(Write write) {
    Condition condition = write.condition();
    String of =
        Texts.format("{\"type\":%s,\"id\":%s", Texts.json(write.type()), Texts.json(write.id()));
    if (condition == Condition.ABSENT) {
      of += ",\"condition\":\"0\"";
    } else if (condition instanceof Condition.Version expected) {
      of += ",\"condition\":" + number(expected.expected());
    }
    return write instanceof Write.Put put
        ? of + ",\"payload\":" + payload(put.payload().toByteArray()) + "}"
        : of + ",\"delete\":true}";
  }

  private static String output(Answer answer) {
    if (answer instanceof Answer.Stored stored) {
      return Texts.format(
          "{\"serverVersion\":%s,\"records\":%s}",
          number(stored.result().serverVersion()), records(stored.result().records()));
    } else if (answer instanceof Answer.ConditionFailed failed) {
      return Texts.format("{\"failed\":%d,\"found\":%s}", failed.index(), number(failed.found()));
    } else if (answer instanceof Answer.Found found) {
      StoredRecord live = found.live();
      return "{\"records\":" + records(live == null ? List.of() : List.of(live)) + "}";
    } else if (answer instanceof Answer.Types types) {
      return "{\"types\":" + list(types.types(), Texts::json) + "}";
    } else if (answer instanceof Answer.Shown shown) {
      return Texts.format(
          "{\"serverVersion\":%s,\"latest\":%s,\"records\":%s}",
          number(shown.position().serverVersion()),
          number(shown.position().version()),
          records(shown.records()));
    } else if (answer instanceof Answer.Told told) {
      return Texts.format(
          "{\"serverVersion\":%s,\"latest\":%s}",
          number(told.versions().serverVersion()), number(told.versions().latest()));
    } else if (answer instanceof Answer.Cleared cleared) {
      return Texts.format(
          "{\"oldServerVersion\":%s,\"serverVersion\":%s}",
          number(cleared.result().oldServerVersion()), number(cleared.result().newServerVersion()));
    }
    return "{\"unknown\":true}";
  }

  private static String records(List<StoredRecord> records) {
    return list(
        records,
        record ->
            Texts.format(
                "{\"type\":%s,\"id\":%s,\"version\":%s,\"payload\":%s,\"deleted\":%b}",
                Texts.json(record.type()),
                Texts.json(record.id()),
                number(record.version()),
                payload(record.payload().toByteArray()),
                record.deleted()));
  }

  private static String object(String call, Map<String, String> fields) {
    return fields.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(field -> ",\"" + field.getKey() + "\":" + field.getValue())
        .collect(Collectors.joining("", "{\"call\":\"" + call + "\"", "}"));
  }

  private static <T> String list(List<T> elements, Function<T, String> json) {
    return elements.stream().map(json).collect(Collectors.joining(",", "[", "]"));
  }

  private static String number(long unsigned) {
    return "\"" + Long.toUnsignedString(unsigned) + "\"";
  }

  private static String payload(byte[] bytes) {
    return "\"" + HexFormat.of().formatHex(bytes) + "\"";
  }
}
