package io.databroker.offheap;

import io.databroker.api.CodePointOrder;
import io.databroker.api.OpenFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Builds what memory holds from the journal: every frame in order, each checked. What cannot be
 * read before the trusted mark is damage, and stops the open; behind it is a torn tail, and is cut.
 */
final class Recovery {
  private final Store store;
  private final History history;
  private final StoreFiles files;
  private final Control.Mark trusted;
  private final CRC32C checksum = new CRC32C();
  private final History.Lookup look = History.Lookup.mine();
  private long sequence;
  private boolean inJournal;
  private long lastOrder;

  Recovery(Store store, StoreFiles files, Control.Mark trusted) {
    this.store = store;
    this.history = store.history;
    this.files = files;
    this.trusted = trusted;
  }

  /** Reads all of it, and then drops what is left over. */
  void run(Chain chain) throws IOException {
    List<Chain.Link> links = chain.links();
    int cut = links.size();
    long cutAt = 0;
    for (int i = 0; i < links.size() && cut == links.size(); i++) {
      Chain.Link link = links.get(i);
      boolean last = i == links.size() - 1;
      long end = read(link, last);
      long next = last ? -1 : links.get(i + 1).header().sequence();
      if (end < link.size() && (last || next != sequence)) {
        if (new Control.Mark(link.header().order(), end).compareTo(trusted) < 0) {
          throw Chain.damaged(link.path(), end, "what was written there is missing");
        }
        cut = i;
        cutAt = end;
      }
    }
    finish();
    lastOrder = links.isEmpty() ? 0 : links.get(Math.min(cut, links.size() - 1)).header().order();
    // From the last on: a kill between two leaves no gap.
    for (int i = links.size() - 1; i > cut; i--) {
      Files.delete(links.get(i).path());
    }
    if (cut < links.size()) {
      cut(links.get(cut).path(), cutAt);
    }
    for (Path path : chain.leftOver()) {
      Files.delete(path);
    }
    files.deleteUnfinished();
  }

  private static void cut(Path path, long end) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(end);
      file.getFD().sync();
    }
  }

  /** Reads a segment; where it ends. */
  private long read(Chain.Link link, boolean last) throws IOException {
    SegmentHeader header = link.header();
    if (!header.compacted() && inJournal && header.sequence() != sequence) {
      throw Chain.damaged(link.path(), 0, "frames before it are missing");
    }
    Segment segment =
        new Segment(
            store.journal.nextId(),
            header.order(),
            header.from(),
            FileSpace.open(link.path(), link.size()),
            header.firstVersion(),
            Segment.roomFor(link.size()),
            !header.compacted(),
            header.begins());
    history.directory = history.directory.with(segment);
    FrameReader frames = new FrameReader(segment.data, header, files.salt(), checksum);
    boolean complete = !header.compacted();
    while (frames.next()) {
      complete |= frames.kind() == Frame.Kind.END;
      apply(segment, frames);
    }
    segment.end = frames.offset();
    if (header.compacted()) {
      if (!complete || frames.offset() != link.size()) {
        throw Chain.damaged(link.path(), frames.offset(), reason(frames));
      }
      sequence = header.sequence();
    } else {
      sequence = frames.sequence();
    }
    segment.lastSequence = sequence;
    inJournal = true;
    Control.Mark reached = new Control.Mark(header.order(), frames.offset());
    boolean torn = !frames.problem().isEmpty();
    if (reached.compareTo(trusted) < 0 && (torn || header.order() == trusted.order())) {
      throw Chain.damaged(link.path(), frames.offset(), reason(frames));
    }
    return header.compacted() || (!torn && !last && frames.offset() == link.size())
        ? link.size()
        : frames.offset();
  }

  private static String reason(FrameReader frames) {
    return frames.problem().isEmpty() ? "what was written there is missing" : frames.problem();
  }

  private void apply(Segment segment, FrameReader frames) throws IOException {
    switch (frames.kind()) {
      case STATE -> state(SideState.read(SideState.reading(frames.body())));
      case RECORDS -> records(segment, frames.offset() + Frame.HEADER, frames.count());
      case OPTIONS -> {
        byte[] body = frames.body();
        DataInputStream in = SideState.reading(body);
        options(SideState.with(history.planned.options(), in.readUTF(), SideState.readOptions(in)));
        long evicted = frames.offset() + Frame.HEADER + Frame.bodySize(body);
        records(segment, evicted, frames.count());
      }
      case LEASE -> {
        DataInputStream in = SideState.reading(frames.body());
        boolean held = in.readBoolean();
        var lease = SideState.readLease(in);
        store.leases.hold(lease);
        if (!held) {
          store.leases.release(lease.name());
        }
      }
      case CHECKPOINT ->
          history.planned =
              history.planned.withCheckpoint(
                  SideState.readCheckpoint(SideState.reading(frames.body())));
      case TRIM ->
          history.planned = history.planned.trimmedTo(SideState.reading(frames.body()).readLong());
      case END -> {}
    }
  }

  private void state(SideState state) {
    store.leases.restore(state.leases(), state.lastToken());
    history.planned =
        new Commit(state.latest(), state.first(), List.of(), state.options(), state.checkpoint());
  }

  private void options(Map<String, TypeOptions> all) {
    history.planned = history.planned.withOptions(all);
  }

  private void records(Segment segment, long from, int count) {
    Region data = segment.data;
    long at = from;
    long version = 0;
    for (int i = 0; i < count; i++) {
      version = StoredBytes.version(data, at);
      int size = data.getInt(at);
      record(segment, at, size, version);
      at += size;
    }
    if (!segment.isCompacted() && count > 0) {
      Commit planned = history.planned;
      history.planned =
          new Commit(version, planned.first(), List.of(), planned.options(), planned.checkpoint());
    }
  }

  private void record(Segment segment, long at, int size, long version) {
    Region data = segment.data;
    TypeTable table = history.table(StoredBytes.type(data, at));
    boolean deleted = StoredBytes.deleted(data, at);
    look.key.set(table.number, StoredBytes.idBytes(data, at));
    boolean known = history.keys.find(look.key, look.place);
    long previous = known ? look.place.version : 0;
    history.install(segment, table, version, at, size, deleted, previous);
    int change = deleted ? (known ? -1 : 0) : (known ? 0 : 1);
    look.place.version = version;
    look.place.location = segment.locationOf(at);
    if (deleted) {
      history.keys.remove(look.key);
    } else if (known) {
      history.keys.replace(look.key, look.place);
    } else {
      add();
    }
    table.wrote(StoredBytes.modified(data, at), change);
  }

  private void add() {
    try {
      history.keys.add(look.key, look.place);
    } catch (StorageFullException full) {
      throw new OpenFailedException(
          "%s holds more than %d records, too many for expectedRecords %d times growth %d; set one of the two higher"
              .formatted(
                  files.directory(),
                  history.keys.size(),
                  store.settings.expectedRecords(),
                  store.settings.growth()),
          full);
    }
  }

  /** What follows from all frames together. */
  private void finish() {
    Commit planned = history.planned;
    planned.options().forEach((type, options) -> history.table(type).apply(options));
    List<String> types =
        history.tables.values().stream()
            .filter(table -> table.count > 0)
            .map(table -> table.type)
            .sorted(CodePointOrder.INSTANCE)
            .toList();
    history.planned =
        new Commit(
            planned.version(),
            planned.first(),
            types,
            SideState.with(planned.options(), "", TypeOptions.NONE),
            planned.checkpoint());
    history.commit = history.planned;
    history.tables.values().forEach(this::index);
  }

  private void index(TypeTable table) {
    if (!table.extracted.isEmpty()) {
      OldestFirst live = new OldestFirst(history, table);
      while (live.next()) {
        try {
          table.index(
              store.extractor.extract(table.type, live.payload(), table.extracted),
              table.extracted,
              live.version());
        } catch (RuntimeException refused) {
          // Another function than when it was stored: it has no value for this one.
        }
      }
    }
  }

  long sequence() {
    return sequence;
  }

  /** Of the last segment that is left. */
  long lastOrder() {
    return lastOrder;
  }
}
