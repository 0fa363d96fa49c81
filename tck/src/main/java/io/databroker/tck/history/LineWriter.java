package io.databroker.tck.history;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.Condition;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Writes a line of a history: words separated by spaces. */
final class LineWriter {
  private final List<String> words = new ArrayList<>();

  String line() {
    return String.join(" ", words);
  }

  LineWriter add(Object... more) {
    for (Object word : more) {
      words.add(word.toString());
    }
    return this;
  }

  /** Adds the number of parts, and then each of them. */
  private <T> LineWriter several(Collection<T> parts, Consumer<T> part) {
    add(parts.size());
    parts.forEach(part);
    return this;
  }

  LineWriter text(String text) {
    return add("'" + Escapes.word(text));
  }

  LineWriter bytes(Bytes bytes) {
    return add("x" + HexFormat.of().formatHex(bytes.toByteArray()));
  }

  LineWriter options(Map<String, TypeOptions> options) {
    add(options.size());
    options.forEach((type, of) -> text(type).options(of));
    return this;
  }

  LineWriter options(TypeOptions options) {
    add(options.capacity() == null ? "-" : options.capacity());
    add(options.ttl() == null ? "-" : options.ttl());
    return several(options.indexedFields(), this::text);
  }

  LineWriter records(List<StoredRecord> records) {
    return several(records, this::stored);
  }

  LineWriter stored(StoredRecord record) {
    text(record.type()).text(record.id()).add(record.version()).bytes(record.payload());
    return add(record.modifiedAt(), record.deleted());
  }

  LineWriter call(Call call) {
    if (call instanceof Call.Put put) {
      add("put").several(put.batch(), this::written);
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
    } else if (call instanceof Call.ReadOptions) {
      add("options");
    } else if (call instanceof Call.Expire expire) {
      add("expire", expire.now());
    } else if (call instanceof Call.ReadCheckpoint) {
      add("checkpoint");
    } else if (call instanceof Call.SetCheckpoint set) {
      add("setCheckpoint").checkpoint(set.checkpoint());
    } else if (call instanceof Call.TakeSnapshot taken) {
      add("snapshot").selection(taken.selection());
    }
    return this;
  }

  LineWriter checkpoint(Checkpoint checkpoint) {
    return add(checkpoint.serverVersion(), checkpoint.recordVersion());
  }

  LineWriter start(History.Start start) {
    add(start.serverVersion(), start.latest(), start.exact());
    return options(start.options()).records(start.records()).checkpoint(start.checkpoint());
  }

  LineWriter operation(Operation operation) {
    add(operation.client(), operation.began(), operation.ended());
    return call(operation.call()).answer(operation.answer());
  }

  private LineWriter position(Position position) {
    return add(position.serverVersion(), position.version());
  }

  LineWriter changes(Changes changes) {
    return position(changes.position()).records(changes.records());
  }

  LineWriter followed(Followed feed) {
    add(feed.toTheEnd()).position(feed.from());
    String type = feed.type();
    LineWriter head = type == null ? add("-") : add("+").text(type);
    return head.several(feed.told(), this::changes);
  }

  LineWriter closing(Closing closing) {
    return add(closing.began(), closing.ended()).several(closing.later(), this::operation);
  }

  LineWriter lease(LeaseCall call) {
    add(call.kind().name(), call.began(), call.ended(), call.earliest(), call.latest());
    text(call.name()).add(call.token(), call.granted());
    Instant end = call.expiresAt();
    return add(end == null ? "-" : end);
  }

  LineWriter written(Write write) {
    add(write instanceof Write.Delete ? "delete" : "put").text(write.type()).text(write.id());
    Condition condition = write.condition();
    add(
        condition instanceof Condition.Version version
            ? "if-" + version.expected()
            : condition instanceof Condition.Absent ? "if-absent" : "-");
    return write instanceof Write.Put put ? bytes(put.payload()) : this;
  }

  LineWriter selection(Selection selection) {
    if (selection instanceof Selection.OfType ofType) {
      return add("type").text(ofType.type());
    } else if (selection instanceof Selection.Where where) {
      return add("where")
          .text(where.type())
          .several(where.anyOf(), term -> text(term.field()).text(term.value()));
    }
    return add("all");
  }

  LineWriter answer(Answer answer) {
    if (answer instanceof Answer.Stored stored) {
      return add("stored").add(stored.result().serverVersion()).records(stored.result().records());
    } else if (answer instanceof Answer.ConditionFailed failed) {
      return add("condition-failed", failed.index(), failed.found());
    } else if (answer instanceof Answer.Found found) {
      StoredRecord live = found.live();
      return live == null ? add("absent") : add("found").stored(live);
    } else if (answer instanceof Answer.Types types) {
      return add("types").several(types.types(), this::text);
    } else if (answer instanceof Answer.Shown shown) {
      return add("shown")
          .position(shown.position())
          .options(shown.options())
          .records(shown.records());
    } else if (answer instanceof Answer.Told told) {
      Versions versions = told.versions();
      return add("told", versions.serverVersion(), versions.earliest(), versions.latest());
    } else if (answer instanceof Answer.Cleared cleared) {
      ClearResult result = cleared.result();
      return add("cleared", result.oldServerVersion(), result.newServerVersion());
    } else if (answer instanceof Answer.Configured configured) {
      return add("configured").options(configured.options());
    } else if (answer instanceof Answer.Counted counted) {
      return add("counted", counted.count());
    } else if (answer instanceof Answer.Marked marked) {
      return add("marked").checkpoint(marked.checkpoint());
    } else if (answer instanceof Answer.Crashed crashed) {
      return add("crashed").text(crashed.failure());
    } else if (answer instanceof Answer.NotApplied not) {
      return add("not-applied").text(not.error());
    }
    return add(answer instanceof Answer.Unknown ? "unknown" : "done");
  }
}
