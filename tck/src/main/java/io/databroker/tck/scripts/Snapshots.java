package io.databroker.tck.scripts;

import static io.databroker.tck.scripts.Names.java;

import io.databroker.api.ClosedException;
import io.databroker.api.FieldValue;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The steps that open, read and close snapshots. */
final class Snapshots {
  private static final int MOST_OPEN = 3;
  private static final List<String> PLACES = List.of("at its start", "in its middle", "at its end");

  private final Session session;
  private final Reference reference;
  private final List<Opened> snapshots = new ArrayList<>();
  private final List<List<Iterator<StoredRecord>>> iterators = new ArrayList<>();
  private int opened;

  /** An open snapshot, with the records that it must return while it is open. */
  private record Opened(
      Snapshot snapshot,
      String name,
      String rule,
      Position position,
      Map<String, TypeOptions> options,
      Set<StoredRecord> records) {}

  Snapshots(Session session) {
    this.session = session;
    this.reference = session.reference;
  }

  /** Runs a step, if it is of a snapshot. */
  boolean run(Step step) {
    if (step instanceof Step.OpenSnapshot open) {
      open(open.selection());
    } else if (step instanceof Step.ReadSnapshot read) {
      if (!snapshots.isEmpty()) {
        read(snapshots.get(read.which() % snapshots.size()));
      }
    } else if (step instanceof Step.CloseSnapshot close) {
      if (!snapshots.isEmpty()) {
        close(snapshots.remove(close.which() % snapshots.size()));
      }
    } else {
      return false;
    }
    return true;
  }

  /**
   * Checks all records with one snapshot, and the records of the first types with further
   * snapshots.
   */
  Set<StoredRecord> everything() {
    open(Selection.all());
    Opened all = snapshots.get(snapshots.size() - 1);
    read(all);
    for (String type : reference.types().stream().limit(20).toList()) {
      open(Selection.ofType(type));
      read(snapshots.get(snapshots.size() - 1));
    }
    return all.records();
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
          + where.anyOf().stream().map(Snapshots::javaOf).collect(Collectors.joining())
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
    Set<StoredRecord> beside = new HashSet<>();
    boolean small = opened.records().size() <= 200;
    try {
      Iterator<StoredRecord> other = session.call(opened.snapshot()::records);
      if (other.hasNext()) {
        beside.add(other.next());
      }
      Iterator<StoredRecord> records = session.call(opened.snapshot()::records);
      while (records.hasNext()) {
        StoredRecord record = records.next();
        if (!seen.add(record)) {
          throw new Mismatch("SNAP-1", opened.name() + " holds " + record + " twice");
        }
      }
      if (small) {
        other.forEachRemaining(beside::add);
      }
    } catch (SnapshotExpiredException allowed) {
      return;
    }
    Set<StoredRecord> both = new HashSet<>(seen);
    both.addAll(beside);
    if (small && both.equals(opened.records()) && !(beside.equals(both) && seen.equals(both))) {
      throw new Mismatch(
          "SNAP-3",
          Texts.format(
              "two iterators of %s at the same time share what they return: one %s, the other %s",
              opened.name(), ReferenceFeed.shortened(beside), ReferenceFeed.shortened(seen)));
    }
    if (!seen.equals(opened.records())) {
      Set<StoredRecord> missing = new HashSet<>(opened.records());
      missing.removeAll(seen);
      seen.removeAll(opened.records());
      boolean later = opened.position().version() != reference.latest;
      throw new Mismatch(
          later && opened.rule().equals("SNAP-1") ? "SNAP-3" : opened.rule(),
          Texts.format(
              "%s lacks %s and holds wrongly %s",
              opened.name(), ReferenceFeed.shortened(missing), ReferenceFeed.shortened(seen)));
    }
    if (!opened.snapshot().position().equals(opened.position())
        || !opened.snapshot().options().equals(opened.options())) {
      boolean moved = !opened.options().equals(reference.options);
      throw new Mismatch(
          moved && opened.snapshot().options().equals(reference.options) ? "SNAP-3" : "SNAP-2",
          Texts.format(
              "%s: expected position and options %s %s, but was %s %s",
              opened.name(),
              opened.position(),
              opened.options(),
              opened.snapshot().position(),
              opened.snapshot().options()));
    }
  }

  private void close(Opened opened) {
    session.note(opened.name() + ".close();");
    List<Iterator<StoredRecord>> iterators = iterators(opened);
    opened.snapshot().close();
    isClosed(opened, iterators, "SNAP-8");
    opened.snapshot().close();
  }

  /** Returns iterators of a snapshot at their beginning, one record further, and at their end. */
  private static List<Iterator<StoredRecord>> iterators(Opened opened) {
    List<Iterator<StoredRecord>> iterators = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        Iterator<StoredRecord> iterator = opened.snapshot().records();
        iterators.add(iterator);
        for (int read = 0; iterator.hasNext() && (i == 2 || read < i); read++) {
          iterator.next();
        }
      }
    } catch (SnapshotExpiredException allowed) {
      return List.of();
    }
    return iterators;
  }

  private static void isClosed(Opened opened, List<Iterator<StoredRecord>> iterators, String rule) {
    fails(rule, opened.name() + ".records()", () -> opened.snapshot().records().hasNext());
    for (int i = 0; i < iterators.size(); i++) {
      Iterator<StoredRecord> iterator = iterators.get(i);
      String name = "the iterator " + PLACES.get(i) + " of " + opened.name();
      fails(rule, name + ", hasNext", iterator::hasNext);
      fails(rule, name + ", next", () -> iterator.next() != null);
    }
  }

  private static void fails(String rule, String name, BooleanSupplier call) {
    boolean answer;
    try {
      answer = call.getAsBoolean();
    } catch (ClosedException right) {
      return;
    } catch (SnapshotExpiredException allowed) {
      return;
    }
    throw new Mismatch(rule, name + ": expected closed, but it answers " + answer);
  }

  /** Opens iterators whose backend is about to be closed. */
  void beforeClose() {
    iterators.clear();
    snapshots.forEach(each -> iterators.add(iterators(each)));
  }

  void backendClosed() {
    for (int i = 0; i < snapshots.size(); i++) {
      isClosed(snapshots.get(i), iterators.get(i), "CLOSE-2");
    }
  }

  void forget() {
    snapshots.clear();
  }
}
