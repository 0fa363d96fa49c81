package io.databroker.tck.history;

import io.databroker.api.Bytes;
import io.databroker.api.ClearResult;
import io.databroker.api.Condition;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Saves a history as a text file: the state before it in the first line, then one operation per
 * line, then an end line. A line is a row of words separated by spaces; names and payloads are
 * escaped so that they contain no space.
 */
public final class HistoryFile {
  private static final String HEADING = "databroker-history-2";
  private static final String END = "end";

  private HistoryFile() {}

  /** Writes a history. */
  public static void write(Path file, History history) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(HEADING);
    Writer start = new Writer();
    start.add(history.start().serverVersion()).add(history.start().latest());
    start.add(history.start().exact()).options(history.start().options());
    start.records(history.start().records());
    lines.add(start.line());
    for (Operation operation : history.operations()) {
      Writer line = new Writer();
      line.add(operation.client()).add(operation.began()).add(operation.ended());
      line.call(operation.call()).answer(operation.answer());
      lines.add(line.line());
    }
    lines.add(END);
    Files.write(file, lines);
  }

  /** Returns whether a file claims to be a history. */
  public static boolean isOne(Path file) {
    try {
      return begins(file);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean begins(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file)) {
      byte[] heading = (HEADING + System.lineSeparator()).getBytes(StandardCharsets.UTF_8);
      return Arrays.equals(bytes.readNBytes(heading.length), heading);
    }
  }

  /**
   * Reads a history.
   *
   * @throws IllegalArgumentException if the file is not a history; the message names the line
   */
  public static History read(Path file) throws IOException {
    if (!begins(file)) {
      throw new IllegalArgumentException(file + " is not a history: it must begin with " + HEADING);
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.size() < 3 || !lines.get(lines.size() - 1).equals(END)) {
      throw new IllegalArgumentException(file + " ends too early: its last line must be " + END);
    }
    int number = 1;
    try {
      Reader first = new Reader(lines.get(1));
      History.Start start = first.start();
      List<Operation> operations = new ArrayList<>();
      for (number = 2; number < lines.size() - 1; number++) {
        operations.add(new Reader(lines.get(number)).operation());
      }
      return new History(start, operations);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "line %d of %s is not of a history: %s", number + 1, file, e),
          e);
    }
  }

  private static final class Writer {
    private final List<String> words = new ArrayList<>();

    String line() {
      return String.join(" ", words);
    }

    Writer add(Object word) {
      words.add(word.toString());
      return this;
    }

    Writer text(String text) {
      return add("'" + URLEncoder.encode(text, StandardCharsets.UTF_8));
    }

    Writer bytes(Bytes bytes) {
      return add("x" + HexFormat.of().formatHex(bytes.toByteArray()));
    }

    Writer options(Map<String, TypeOptions> options) {
      add(options.size());
      options.forEach((type, of) -> text(type).options(of));
      return this;
    }

    Writer options(TypeOptions options) {
      add(options.capacity() == null ? "-" : options.capacity());
      add(options.ttl() == null ? "-" : options.ttl());
      return texts(options.indexedFields());
    }

    Writer texts(List<String> texts) {
      add(texts.size());
      texts.forEach(this::text);
      return this;
    }

    Writer records(List<StoredRecord> records) {
      add(records.size());
      records.forEach(this::stored);
      return this;
    }

    Writer stored(StoredRecord record) {
      text(record.type()).text(record.id()).add(record.version()).bytes(record.payload());
      return add(record.modifiedAt()).add(record.deleted());
    }

    Writer call(Call call) {
      if (call instanceof Call.Put put) {
        add("put").add(put.batch().size());
        put.batch().forEach(this::written);
      } else if (call instanceof Call.Get get) {
        add("get").text(get.type()).text(get.id());
      } else if (call instanceof Call.ListTypes) {
        add("listTypes");
      } else if (call instanceof Call.ReadVersions) {
        add("versions");
      } else if (call instanceof Call.Clear) {
        add("clear");
      } else if (call instanceof Call.SetOptions set) {
        add("setOptions").text(set.type()).options(set.options());
      } else if (call instanceof Call.TakeSnapshot taken) {
        add("snapshot").selection(taken.selection());
      }
      return this;
    }

    Writer written(Write write) {
      add(write instanceof Write.Delete ? "delete" : "put").text(write.type()).text(write.id());
      Condition condition = write.condition();
      add(
          condition instanceof Condition.Version version
              ? "if-" + version.expected()
              : condition instanceof Condition.Absent ? "if-absent" : "-");
      return write instanceof Write.Put put ? bytes(put.payload()) : this;
    }

    Writer selection(Selection selection) {
      if (selection instanceof Selection.OfType ofType) {
        return add("type").text(ofType.type());
      } else if (selection instanceof Selection.Where where) {
        add("where").text(where.type()).add(where.anyOf().size());
        where.anyOf().forEach(term -> text(term.field()).text(term.value()));
        return this;
      }
      return add("all");
    }

    Writer answer(Answer answer) {
      if (answer instanceof Answer.Stored stored) {
        return add("stored")
            .add(stored.result().serverVersion())
            .records(stored.result().records());
      } else if (answer instanceof Answer.ConditionFailed failed) {
        return add("condition-failed").add(failed.index()).add(failed.found());
      } else if (answer instanceof Answer.Found found) {
        StoredRecord live = found.live();
        return live == null ? add("absent") : add("found").stored(live);
      } else if (answer instanceof Answer.Types types) {
        return add("types").texts(types.types());
      } else if (answer instanceof Answer.Shown shown) {
        return add("shown")
            .add(shown.position().serverVersion())
            .add(shown.position().version())
            .options(shown.options())
            .records(shown.records());
      } else if (answer instanceof Answer.Told told) {
        Versions versions = told.versions();
        return add("told")
            .add(versions.serverVersion())
            .add(versions.earliest())
            .add(versions.latest());
      } else if (answer instanceof Answer.Cleared cleared) {
        return add("cleared")
            .add(cleared.result().oldServerVersion())
            .add(cleared.result().newServerVersion());
      } else if (answer instanceof Answer.Crashed crashed) {
        return add("crashed").text(crashed.failure());
      } else if (answer instanceof Answer.NotApplied not) {
        return add("not-applied").text(not.error());
      }
      return add(answer instanceof Answer.Unknown ? "unknown" : "done");
    }
  }

  private static final class Reader {
    private final Deque<String> words;

    Reader(String line) {
      this.words = new ArrayDeque<>(List.of(line.split(" ", -1)));
    }

    private long number() {
      return Long.parseLong(words.remove());
    }

    private int count() {
      return Integer.parseInt(words.remove());
    }

    private String text() {
      return URLDecoder.decode(words.remove().substring(1), StandardCharsets.UTF_8);
    }

    private List<String> texts() {
      List<String> texts = new ArrayList<>();
      for (int i = count(); i > 0; i--) {
        texts.add(text());
      }
      return texts;
    }

    private Bytes bytes() {
      return Bytes.copyOf(HexFormat.of().parseHex(words.remove().substring(1)));
    }

    History.Start start() {
      long serverVersion = number();
      long latest = number();
      boolean exact = Boolean.parseBoolean(words.remove());
      return new History.Start(serverVersion, latest, optionsByType(), records(), exact);
    }

    Operation operation() {
      int client = count();
      long began = number();
      long ended = number();
      return new Operation(client, began, ended, call(), answer());
    }

    private Map<String, TypeOptions> optionsByType() {
      Map<String, TypeOptions> options = new LinkedHashMap<>();
      for (int i = count(); i > 0; i--) {
        String type = text();
        options.put(type, options());
      }
      return options;
    }

    private TypeOptions options() {
      String capacity = words.remove();
      String ttl = words.remove();
      return new TypeOptions(
          capacity.equals("-") ? null : Long.valueOf(capacity),
          ttl.equals("-") ? null : Duration.parse(ttl),
          texts());
    }

    private List<StoredRecord> records() {
      List<StoredRecord> records = new ArrayList<>();
      for (int i = count(); i > 0; i--) {
        records.add(stored());
      }
      return records;
    }

    private StoredRecord stored() {
      return new StoredRecord(
          text(),
          text(),
          number(),
          bytes(),
          Instant.parse(words.remove()),
          Boolean.parseBoolean(words.remove()));
    }

    private Call call() {
      String kind = words.remove();
      return switch (kind) {
        case "put" -> {
          List<Write> batch = new ArrayList<>();
          for (int i = count(); i > 0; i--) {
            batch.add(write());
          }
          yield new Call.Put(batch);
        }
        case "get" -> new Call.Get(text(), text());
        case "listTypes" -> new Call.ListTypes();
        case "versions" -> new Call.ReadVersions();
        case "clear" -> new Call.Clear();
        case "setOptions" -> new Call.SetOptions(text(), options());
        case "snapshot" -> new Call.TakeSnapshot(selection());
        default -> throw new IllegalArgumentException("no call is named " + kind);
      };
    }

    private Write write() {
      String kind = words.remove();
      String type = text();
      String id = text();
      String word = words.remove();
      Condition condition =
          word.equals("-")
              ? Condition.NONE
              : word.equals("if-absent")
                  ? Condition.ABSENT
                  : Condition.version(Long.parseLong(word.substring(3)));
      Write write = kind.equals("delete") ? Write.delete(type, id) : Write.put(type, id, bytes());
      return write.when(condition);
    }

    private Selection selection() {
      String kind = words.remove();
      if (kind.equals("all")) {
        return Selection.all();
      } else if (kind.equals("type")) {
        return Selection.ofType(text());
      }
      String type = text();
      Set<FieldValue> terms = new LinkedHashSet<>();
      for (int i = count(); i > 0; i--) {
        terms.add(new FieldValue(text(), text()));
      }
      return new Selection.Where(type, terms);
    }

    private Answer answer() {
      String kind = words.remove();
      return switch (kind) {
        case "stored" -> new Answer.Stored(new PutResult(number(), records()));
        case "condition-failed" -> new Answer.ConditionFailed(count(), number());
        case "absent" -> new Answer.Found(null);
        case "found" -> new Answer.Found(stored());
        case "types" -> new Answer.Types(texts());
        case "shown" ->
            new Answer.Shown(new Position(number(), number()), optionsByType(), records());
        case "told" -> new Answer.Told(new Versions(number(), number(), number()));
        case "cleared" -> new Answer.Cleared(new ClearResult(number(), number()));
        case "crashed" -> new Answer.Crashed(text());
        case "not-applied" -> new Answer.NotApplied(text());
        case "unknown" -> new Answer.Unknown();
        case "done" -> new Answer.Done();
        default -> throw new IllegalArgumentException("no answer is named " + kind);
      };
    }
  }
}
