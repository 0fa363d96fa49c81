package io.databroker.tck.history;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Reads a line that {@link LineWriter} wrote. */
final class LineReader {
  private final Deque<String> words;

  LineReader(String line) {
    this.words = new ArrayDeque<>(List.of(line.split(" ", -1)));
  }

  private long number() {
    return Long.parseLong(words.remove());
  }

  private int count() {
    return Integer.parseInt(words.remove());
  }

  String text() {
    return Escapes.text(words.remove().substring(1));
  }

  /** Reads a number, and then that many parts. */
  private <T> List<T> several(Supplier<T> part) {
    return IntStream.range(0, count()).mapToObj(i -> part.get()).toList();
  }

  private Bytes bytes() {
    return Bytes.copyOf(HexFormat.of().parseHex(words.remove().substring(1)));
  }

  History.Start start() {
    long serverVersion = number();
    long latest = number();
    boolean exact = Boolean.parseBoolean(words.remove());
    return new History.Start(
        serverVersion, latest, optionsByType(), records(), exact, checkpoint());
  }

  Operation operation() {
    int client = count();
    long began = number();
    long ended = number();
    return new Operation(client, began, ended, call(), answer());
  }

  Changes changes() {
    Position position = new Position(number(), number());
    return new Changes(records(), position);
  }

  /** Returns the first word and removes it. */
  String word() {
    return words.remove();
  }

  Followed followed() {
    boolean toTheEnd = Boolean.parseBoolean(words.remove());
    Position from = new Position(number(), number());
    String type = words.remove().equals("-") ? null : text();
    return new Followed(from, type, several(this::changes), toTheEnd);
  }

  Closing closing() {
    long began = number();
    long ended = number();
    return new Closing(began, ended, several(this::operation));
  }

  Duration duration() {
    return Duration.parse(words.remove());
  }

  LeaseCall lease() {
    return new LeaseCall(
        LeaseCall.Kind.valueOf(words.remove()),
        number(),
        number(),
        Instant.parse(words.remove()),
        Instant.parse(words.remove()),
        text(),
        number(),
        Boolean.parseBoolean(words.remove()),
        words.element().equals("-") ? null : Instant.parse(words.remove()));
  }

  private Checkpoint checkpoint() {
    return new Checkpoint(number(), number());
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
        several(this::text));
  }

  private List<StoredRecord> records() {
    return several(this::stored);
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

  Call call() {
    String kind = words.remove();
    return switch (kind) {
      case "put" -> new Call.Put(several(this::write));
      case "get" -> new Call.Get(text(), text());
      case "listTypes" -> new Call.ListTypes();
      case "versions" -> new Call.ReadVersions();
      case "clear" -> new Call.Clear();
      case "setOptions" -> new Call.SetOptions(text(), options());
      case "options" -> new Call.ReadOptions();
      case "expire" -> new Call.Expire(Instant.parse(words.remove()));
      case "checkpoint" -> new Call.ReadCheckpoint();
      case "setCheckpoint" -> new Call.SetCheckpoint(checkpoint());
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
    return new Selection.Where(
        type, new LinkedHashSet<>(several(() -> new FieldValue(text(), text()))));
  }

  private Answer answer() {
    String kind = words.remove();
    return switch (kind) {
      case "stored" -> new Answer.Stored(new PutResult(number(), records()));
      case "condition-failed" -> new Answer.ConditionFailed(count(), number());
      case "absent" -> new Answer.Found(null);
      case "found" -> new Answer.Found(stored());
      case "types" -> new Answer.Types(several(this::text));
      case "shown" ->
          new Answer.Shown(new Position(number(), number()), optionsByType(), records());
      case "told" -> new Answer.Told(new Versions(number(), number(), number()));
      case "cleared" -> new Answer.Cleared(new ClearResult(number(), number()));
      case "configured" -> new Answer.Configured(optionsByType());
      case "counted" -> new Answer.Counted(number());
      case "marked" -> new Answer.Marked(checkpoint());
      case "crashed" -> new Answer.Crashed(text());
      case "not-applied" -> new Answer.NotApplied(text());
      case "unknown" -> new Answer.Unknown();
      case "done" -> new Answer.Done();
      default -> throw new IllegalArgumentException("no answer is named " + kind);
    };
  }
}
