package io.databroker.offheap;

import io.databroker.api.Bytes;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.support.TypeList;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.Spaces;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commit of a planned batch: appends its changes to the journal, installs them in memory, and
 * publishes them. If the append fails, nothing has changed. Used once, under the store's lock.
 */
final class BatchCommit {
  private final Store store;
  private final History history;
  private final List<Change> changes;
  private final List<TypeTable> touched;
  private final Lookup look;

  BatchCommit(
      Store store, History history, List<Change> changes, List<TypeTable> touched, Lookup look) {
    this.store = store;
    this.history = history;
    this.changes = changes;
    this.touched = touched;
    this.look = look;
  }

  /**
   * Applies the changes.
   *
   * @param set options that take effect with them; null if there are none
   * @param micros time of the batch
   * @throws OutcomeUnknownException if the store failed after the batch was appended
   */
  void apply(@Nullable SetOptions set, long micros) {
    store.publisher.checkWritable();
    store.journal.roomFor(
        changes.stream().allMatch(change -> change.payload == null)
            ? Spaces.RoomFor.DELETES
            : Spaces.RoomFor.WRITES);
    int bytes = Frame.HEADER + (set == null ? 0 : set.size());
    for (Change change : changes) {
      bytes = Math.addExact(bytes, change.size());
    }
    store.journal.reserve(history, bytes, changes.size());
    Segment segment = store.journal.active();
    encode(segment, set, micros);
    int added = 0;
    try {
      for (; added < changes.size(); added++) {
        addFresh(changes.get(added));
      }
      store.journal.append();
    } catch (RuntimeException | Error failed) {
      for (int i = 0; i < added; i++) {
        removeFresh(changes.get(i));
      }
      throw failed;
    }
    try {
      install(segment);
      Commit next = next();
      store.publish(history, set == null ? next : set.apply(history, next), touched);
    } catch (RuntimeException | Error broken) {
      // The journal and the state in memory no longer agree.
      store.publisher.fail(broken);
      throw new OutcomeUnknownException("the store failed while it installed a batch", broken);
    }
    settle();
  }

  private void encode(Segment segment, @Nullable SetOptions set, long micros) {
    Frame frame = store.journal.frame;
    if (set == null) {
      frame.begin(Frame.Kind.RECORDS, changes.size(), micros);
    } else {
      frame.begin(Frame.Kind.OPTIONS, changes.size(), micros);
      frame.body(set.body);
    }
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      Bytes payload = change.payload == null ? Bytes.EMPTY : change.payload;
      int at =
          frame.record(
              change.version,
              change.previous,
              change.micros,
              change.table.utf8,
              change.idBytes,
              payload.asByteBuffer(),
              changes.size() - 1 - i,
              change.payload == null);
      change.location = segment.locationOf(segment.end + at);
      change.checksum = frame.recordChecksum(at);
    }
  }

  private void addFresh(Change change) {
    if (change.fresh && change.last && change.payload != null) {
      look.key.set(change.table.number, change.idBytes);
      look.place.version = change.version;
      look.place.setFresh(change.location);
      look.place.checksum = change.checksum;
      history.keys.add(look.key, look.place);
    }
  }

  private void removeFresh(Change change) {
    if (change.fresh && change.last && change.payload != null) {
      look.key.set(change.table.number, change.idBytes);
      history.keys.remove(look.key);
    }
  }

  private void install(Segment segment) {
    HotRecords hot = history.hot;
    long last = history.planned.version() + changes.size();
    for (Change change : changes) {
      boolean deleted = change.payload == null;
      history.install(
          segment,
          change.table,
          change.version,
          change.location & 0xFFFF_FFFFL,
          change.size(),
          change.checksum,
          deleted,
          change.previous);
      change.table.wrote(change.micros, change.count);
      if (!change.last) {
        continue;
      }
      if (!deleted && !change.values.isEmpty()) {
        change.table.index(change.values, change.table.extracted, change.version);
      }
      if (!change.fresh) {
        look.key.set(change.table.number, change.idBytes);
        look.place.version = change.version;
        look.place.location = change.location;
        look.place.checksum = change.checksum;
        history.keys.replace(look.key, look.place);
        if (hot != null) {
          hot.written(change.table.type, change.id, last);
        }
      }
    }
    touched.forEach(history.types::mayGo);
  }

  private Commit next() {
    Commit before = history.planned;
    TypeList types = before.types();
    for (TypeTable table : touched) {
      // The count already includes this batch: subtract its change.
      boolean was = table.count - table.change > 0;
      boolean is = table.count > 0;
      if (was != is) {
        types = is ? types.with(table.type) : types.without(table.type);
      }
    }
    return before.withRecords(before.version() + changes.size(), types);
  }

  private void settle() {
    for (Change change : changes) {
      if (change.last && change.payload == null && !change.fresh) {
        history.tombstones.add(new History.Tombstone(change.table, change.id, change.version));
      }
    }
    history.settle();
  }
}
