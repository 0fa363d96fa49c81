package io.databroker.tck.scripts;

import io.databroker.api.Checkpoint;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.tck.text.Texts;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The steps that read: gets, lists, options and checkpoints. */
final class Reads {
  private final Session session;
  private final Reference reference;

  Reads(Session session) {
    this.session = session;
    this.reference = session.reference;
  }

  void run(Step step) {
    if (step instanceof Step.Get get) {
      get(get.type(), get.id());
    } else if (step instanceof Step.ListTypes) {
      session.note("backend.listTypes();");
      listTypes();
    } else if (step instanceof Step.ReadOptions) {
      session.note("backend.options();");
      options();
    } else if (step instanceof Step.SetCheckpoint set) {
      Checkpoint checkpoint = new Checkpoint(set.serverVersion(), set.recordVersion());
      session.note(
          Texts.format(
              "backend.setCheckpoint(new Checkpoint(%dL, %dL));",
              set.serverVersion(), set.recordVersion()));
      session.run(() -> session.backend().setCheckpoint(checkpoint));
      reference.checkpoint = checkpoint;
      checkpoint();
    } else if (step instanceof Step.Mutate mutate) {
      session.note("// tries to change what listTypes and options answer");
      Mutations.ofList(mutate.how(), session.backend().listTypes(), "LIST-3");
      Mutations.ofMap(mutate.how(), session.backend().options(), "OPT-1");
      try (Snapshot snapshot = session.backend().snapshot(Selection.all())) {
        Mutations.ofMap(mutate.how(), snapshot.options(), "SNAP-3");
      }
      listTypes();
      options();
    }
  }

  void versions() {
    Versions versions = session.backend().versions();
    Versions expected = new Versions(reference.serverVersion, reference.earliest, reference.latest);
    if (!versions.equals(expected)) {
      String rule =
          versions.latest() != reference.latest
              ? "VER-1"
              : versions.earliest() != reference.earliest && reference.trimmed ? "TRIM-3" : "VER-5";
      throw new Mismatch(rule, "versions(): expected " + expected + ", but was " + versions);
    }
  }

  /** Checks the state that is cheap to read. */
  void state() {
    listTypes();
    options();
    checkpoint();
  }

  private void checkpoint() {
    Checkpoint checkpoint = session.backend().checkpoint();
    if (!checkpoint.equals(reference.checkpoint)) {
      throw new Mismatch(
          "CHECK-1", "checkpoint(): expected " + reference.checkpoint + ", but was " + checkpoint);
    }
  }

  /** Judges the first of these records one by one. */
  void each(Set<StoredRecord> records) {
    records.stream().limit(200).forEach(record -> same(record.type(), record.id(), "GET-1"));
  }

  private void get(String type, String id) {
    session.note("backend.get(" + Session.key(type, id) + ");");
    same(type, id, "GET-1");
  }

  void same(String type, String id, String rule) {
    @Nullable StoredRecord expected = reference.get(type, id);
    @Nullable StoredRecord seen = session.find(() -> session.backend().get(type, id));
    if (!Objects.equals(expected, seen)) {
      throw new Mismatch(
          rule, "get(" + Session.key(type, id) + "): expected " + expected + ", but was " + seen);
    }
  }

  private void listTypes() {
    List<String> expected = reference.types();
    List<String> seen = session.call(() -> session.backend().listTypes());
    if (!seen.equals(expected)) {
      boolean sameTypes = new HashSet<>(seen).equals(new HashSet<>(expected));
      throw new Mismatch(
          sameTypes ? "LIST-2" : "LIST-1",
          "listTypes(): expected " + shown(expected) + ", but was " + shown(seen));
    }
  }

  private static String shown(List<String> texts) {
    String more = texts.size() > 40 ? " and " + (texts.size() - 40) + " more" : "";
    return texts.stream().limit(40).map(Names::java).toList() + more;
  }

  private void options() {
    Map<String, TypeOptions> seen = session.call(() -> session.backend().options());
    if (!seen.equals(reference.options)
        || !List.copyOf(seen.keySet()).equals(List.copyOf(reference.options.keySet()))) {
      throw new Mismatch("OPT-1", "options(): expected " + reference.options + ", but was " + seen);
    }
  }
}
