package io.databroker.tck.scripts;

import static io.databroker.tck.scripts.Names.java;

import io.databroker.api.Checkpoint;
import io.databroker.api.ClosedException;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The steps that read: gets, lists, options, checkpoints and snapshots. */
final class Reads {
  private static final int MOST_OPEN = 3;

  private final Session session;
  private final Reference reference;
  private final List<Opened> snapshots = new ArrayList<>();
  private int opened;

  /** Open snapshot, with its expected contents. */
  private record Opened(
      Snapshot snapshot,
      String name,
      String rule,
      Position position,
      Map<String, TypeOptions> options,
      Set<StoredRecord> records) {}

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
          "backend.setCheckpoint(new Checkpoint("
              + set.serverVersion()
              + "L, "
              + set.recordVersion()
              + "L));");
      session.backend().setCheckpoint(checkpoint);
      reference.checkpoint = checkpoint;
    } else if (step instanceof Step.OpenSnapshot open) {
      open(open.selection());
    } else if (step instanceof Step.ReadSnapshot read) {
      if (!snapshots.isEmpty()) {
        read(snapshots.get(read.which() % snapshots.size()));
      }
    } else if (step instanceof Step.CloseSnapshot close) {
      if (!snapshots.isEmpty()) {
        close(snapshots.remove(close.which() % snapshots.size()));
      }
    } else if (step instanceof Step.Mutate mutate) {
      session.note("// tries to change what listTypes and options answer");
      Mutations.ofList(mutate.how(), session.backend().listTypes(), "LIST-3");
      Mutations.ofMap(mutate.how(), session.backend().options(), "OPT-1");
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
              : versions.earliest() != reference.earliest ? "TRIM-3" : "VER-5";
      throw new Mismatch(rule, "versions(): expected " + expected + ", but was " + versions);
    }
  }

  /** Checks the state that is cheap to read. */
  void state() {
    listTypes();
    options();
    Checkpoint checkpoint = session.backend().checkpoint();
    if (!checkpoint.equals(reference.checkpoint)) {
      throw new Mismatch(
          "CHECK-1", "checkpoint(): expected " + reference.checkpoint + ", but was " + checkpoint);
    }
  }

  /** Checks all records, by a snapshot and by single gets. */
  void everything() {
    open(Selection.all());
    Opened all = snapshots.get(snapshots.size() - 1);
    read(all);
    all.records().stream().limit(200).forEach(record -> same(record.type(), record.id(), "GET-1"));
    for (String type : reference.types().stream().limit(20).toList()) {
      open(Selection.ofType(type));
      read(snapshots.get(snapshots.size() - 1));
    }
  }

  private void get(String type, String id) {
    session.note("backend.get(" + Session.key(type, id) + ");");
    same(type, id, "GET-1");
  }

  private void same(String type, String id, String rule) {
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

  private void open(Selection selection) {
    String name = "snapshot" + opened++;
    session.note("Snapshot " + name + " = backend.snapshot(" + javaOf(selection) + ");");
    Snapshot snapshot = session.call(() -> session.backend().snapshot(selection));
    if (snapshots.size() >= MOST_OPEN) {
      close(snapshots.remove(0));
    }
    snapshots.add(
        new Opened(
            snapshot,
            name,
            selection instanceof Selection.Where ? "INDEX-1" : "SNAP-1",
            new Position(reference.serverVersion, reference.latest),
            new TreeMap<>(reference.options),
            reference.select(selection)));
  }

  static String javaOf(Selection selection) {
    if (selection instanceof Selection.OfType ofType) {
      return "Selection.ofType(" + java(ofType.type()) + ")";
    } else if (selection instanceof Selection.Where where) {
      return "Selection.where("
          + java(where.type())
          + where.anyOf().stream().map(Reads::javaOf).collect(Collectors.joining())
          + ")";
    }
    return "Selection.all()";
  }

  private static String javaOf(FieldValue term) {
    return ", new FieldValue(" + java(term.field()) + ", " + java(term.value()) + ")";
  }

  private void read(Opened opened) {
    session.note("// read all of " + opened.name());
    Set<StoredRecord> seen = new HashSet<>();
    try {
      Iterator<StoredRecord> records = session.call(opened.snapshot()::records);
      while (records.hasNext()) {
        StoredRecord record = records.next();
        if (!seen.add(record)) {
          throw new Mismatch("SNAP-1", opened.name() + " holds " + record + " twice");
        }
      }
    } catch (SnapshotExpiredException allowed) {
      return;
    }
    if (!seen.equals(opened.records())) {
      Set<StoredRecord> missing = new HashSet<>(opened.records());
      missing.removeAll(seen);
      seen.removeAll(opened.records());
      boolean later = opened.position().version() != reference.latest;
      throw new Mismatch(
          later && opened.rule().equals("SNAP-1") ? "SNAP-3" : opened.rule(),
          opened.name()
              + " lacks "
              + ReferenceFeed.shortened(missing)
              + " and holds wrongly "
              + ReferenceFeed.shortened(seen));
    }
    if (!opened.snapshot().position().equals(opened.position())
        || !opened.snapshot().options().equals(opened.options())) {
      throw new Mismatch(
          "SNAP-2",
          opened.name()
              + ": expected position and options "
              + opened.position()
              + " "
              + opened.options()
              + ", but was "
              + opened.snapshot().position()
              + " "
              + opened.snapshot().options());
    }
  }

  private void close(Opened opened) {
    session.note(opened.name() + ".close();");
    opened.snapshot().close();
    isClosed(opened, "SNAP-8");
    opened.snapshot().close();
  }

  private static void isClosed(Opened opened, String rule) {
    try {
      boolean more = opened.snapshot().records().hasNext();
      throw new Mismatch(
          rule, opened.name() + " is closed, but can still be read; it has records: " + more);
    } catch (ClosedException right) {
      // The expected error.
    }
  }

  void backendClosed() {
    snapshots.forEach(each -> isClosed(each, "CLOSE-2"));
  }

  void forget() {
    snapshots.clear();
  }
}
