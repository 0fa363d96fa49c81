package io.databroker.tck.history;

import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Describes the answer that an operation would get in a state. */
final class Expected {
  private Expected() {}

  /** Returns the answer that the contract allows, or an empty text if there is nothing to add. */
  static String of(Operation operation, Model model, HistoryNames names) {
    if (model.copy().allows(operation)) {
      return "can only come behind another of these";
    }
    Call call = operation.call();
    Answer answer = operation.answer();
    String words = "";
    if (call instanceof Call.Put put) {
      words = put(put.batch(), model);
    } else if (call instanceof Call.Get get) {
      StoredRecord live = model.liveRecord(get.type(), get.id());
      words = live == null ? "null" : Timeline.version(live.version());
    } else if (call instanceof Call.ReadVersions) {
      words = "latest " + Timeline.version(model.latest());
    } else if (answer instanceof Answer.Types types) {
      words = difference(model.types(), types.types());
    } else if (answer instanceof Answer.Shown shown) {
      words = snapshot(((Call.TakeSnapshot) call), shown, model);
    }
    if (answer instanceof Answer.Configured) {
      words = "options " + Timeline.options(model.options());
    } else if (answer instanceof Answer.Marked) {
      words = model.checkpoint().toString();
    }
    String where = names.of(model.serverVersion());
    return words.isEmpty() && where.isEmpty()
        ? ""
        : words.isEmpty() ? "expected something" + where : "expected " + words + where;
  }

  private static String put(List<Write> batch, Model model) {
    int failing = model.failing(batch);
    if (failing >= 0) {
      Write write = batch.get(failing);
      return "condition failed, found " + Timeline.version(model.found(write.type(), write.id()));
    }
    if (!model.exact()) {
      return "versions above " + Timeline.version(model.latest());
    }
    List<StoredRecord> planned = model.plan(batch, null);
    List<String> answers = new ArrayList<>();
    int next = 0;
    for (Write write : batch) {
      StoredRecord record = planned != null && next < planned.size() ? planned.get(next) : null;
      boolean changes =
          record != null
              && record.type().equals(write.type())
              && record.id().equals(write.id())
              && record.deleted() == write instanceof Write.Delete;
      answers.add(record != null && changes ? Timeline.version(record.version()) : "absent");
      next += changes ? 1 : 0;
    }
    return String.join(" ", answers);
  }

  private static String snapshot(Call.TakeSnapshot call, Answer.Shown shown, Model model) {
    List<String> words = new ArrayList<>();
    if (model.exact() && shown.position().version() != model.latest()) {
      words.add("at " + Timeline.version(model.latest()));
    }
    if (!shown.options().equals(model.options())) {
      words.add("options " + Timeline.options(model.options()));
    }
    String records = difference(keys(model.records(call.selection())), keys(shown.records()));
    if (!records.isEmpty()) {
      words.add(records);
    }
    return String.join(", ", words);
  }

  private static List<String> keys(List<StoredRecord> records) {
    return records.stream().map(record -> Timeline.words(List.of(record))).toList();
  }

  private static String difference(Iterable<String> expected, Iterable<String> seen) {
    Set<String> missing = new TreeSet<>();
    expected.forEach(missing::add);
    Set<String> tooMany = new TreeSet<>();
    seen.forEach(tooMany::add);
    Set<String> both = new TreeSet<>(missing);
    both.retainAll(tooMany);
    missing.removeAll(both);
    tooMany.removeAll(both);
    List<String> words = new ArrayList<>();
    if (!missing.isEmpty()) {
      words.add("with " + String.join(", ", missing));
    }
    if (!tooMany.isEmpty()) {
      words.add("without " + String.join(", ", tooMany));
    }
    return String.join(" and ", words);
  }
}
