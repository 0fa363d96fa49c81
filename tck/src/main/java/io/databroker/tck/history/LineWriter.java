package io.databroker.tck.history;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.Checkpoint;
import io.databroker.api.Condition;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Writes a line of a history: words separated by spaces. */
final class LineWriter {
  private final List<String> words = new ArrayList<>();

  String line() {
    return String.join(" ", words);
  }

  LineWriter add(Object word) {
    words.add(word.toString());
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
    return texts(options.indexedFields());
  }

  LineWriter texts(List<String> texts) {
    add(texts.size());
    texts.forEach(this::text);
    return this;
  }

  LineWriter records(List<StoredRecord> records) {
    add(records.size());
    records.forEach(this::stored);
    return this;
  }

  LineWriter stored(StoredRecord record) {
    text(record.type()).text(record.id()).add(record.version()).bytes(record.payload());
    return add(record.modifiedAt()).add(record.deleted());
  }

  LineWriter call(Call call) {
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
    } else if (call instanceof Call.ReadOptions) {
      add("options");
    } else if (call instanceof Call.Expire expire) {
      add("expire").add(expire.now());
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
    return add(checkpoint.serverVersion()).add(checkpoint.recordVersion());
  }

  LineWriter start(History.Start start) {
    add(start.serverVersion()).add(start.latest()).add(start.exact());
    return options(start.options()).records(start.records()).checkpoint(start.checkpoint());
  }

  LineWriter operation(Operation operation) {
    add(operation.client()).add(operation.began()).add(operation.ended());
    return call(operation.call()).answer(operation.answer());
  }

  LineWriter changes(Changes changes) {
    return add(changes.position().serverVersion())
        .add(changes.position().version())
        .records(changes.records());
  }

  LineWriter followed(Followed feed) {
    add(feed.toTheEnd()).add(feed.from().serverVersion()).add(feed.from().version());
    String type = feed.type();
    LineWriter head = type == null ? add("-") : add("+").text(type);
    head.add(feed.told().size());
    feed.told().forEach(this::changes);
    return this;
  }

  LineWriter closing(Closing closing) {
    add(closing.began()).add(closing.ended()).add(closing.later().size());
    closing.later().forEach(this::operation);
    return this;
  }

  LineWriter lease(LeaseCall call) {
    add(call.kind().name()).add(call.began()).add(call.ended());
    add(call.earliest()).add(call.latest()).text(call.name()).add(call.token());
    add(call.granted());
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
      add("where").text(where.type()).add(where.anyOf().size());
      where.anyOf().forEach(term -> text(term.field()).text(term.value()));
      return this;
    }
    return add("all");
  }

  LineWriter answer(Answer answer) {
    if (answer instanceof Answer.Stored stored) {
      return add("stored").add(stored.result().serverVersion()).records(stored.result().records());
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
    } else if (answer instanceof Answer.Configured configured) {
      return add("configured").options(configured.options());
    } else if (answer instanceof Answer.Counted counted) {
      return add("counted").add(counted.count());
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
