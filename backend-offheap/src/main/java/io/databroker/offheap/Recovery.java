package io.databroker.offheap;

import io.databroker.api.Bytes;
import io.databroker.api.Lease;
import io.databroker.api.OpenFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
import io.databroker.api.support.TypeList;
import io.databroker.api.support.TypeMap;
import io.databroker.offheap.journal.Chain;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.FrameReader;
import io.databroker.offheap.journal.Moment;
import io.databroker.offheap.journal.RecordCopy;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.SegmentHeader;
import io.databroker.offheap.journal.SideState;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.journal.WrittenEnd;
import io.databroker.offheap.memory.FileSpace;
import io.databroker.offheap.memory.Fsync;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the state in memory from the journal, checking every frame in order. An unreadable frame
 * before the trusted mark is damage and fails the open; after the mark it is a torn tail and is cut
 * off.
 */
final class Recovery {
  private final Store store;
  private final History history;
  private final StoreFiles files;
  private final Control.Mark trusted;
  private final boolean closed;
  private final boolean survives;
  private final RecoveredLeases leases;
  private final CRC32C checksum = new CRC32C();
  private final Lookup look = Lookup.mine();
  private long sequence;
  private boolean inJournal;
  private long lastOrder;
  private boolean rebooted;

  /** The last segment, if the store continues to write to it. */
  private @Nullable FileSpace lastSpace;

  /**
   * @param trusted the mark before which the journal must be complete
   * @param closed whether the last open was closed
   * @param copied whether the files are copies, which may never have been forced
   */
  Recovery(Store store, StoreFiles files, Control.Mark trusted, boolean closed, boolean copied) {
    this.closed = closed;
    this.survives = closed && !copied;
    this.store = store;
    this.history = store.history;
    this.leases = new RecoveredLeases(store.leases, store.durations.grain());
    this.files = files;
    this.trusted = trusted;
  }

  /** Reads the journal, deletes leftover files, and forces the rest to the disk. */
  void run(Chain chain) throws IOException {
    List<Chain.Link> links = chain.links();
    int kept = links.size();
    for (int i = 0; i < kept; i++) {
      if (!read(links.get(i), i + 1 < links.size() ? links.get(i + 1) : null)) {
        kept = i + 1;
      }
    }
    finish();
    lastOrder = kept == 0 ? 0 : links.get(kept - 1).header().order();
    List<Path> gone = new ArrayList<>(chain.leftOver());
    // In descending order, so that a kill between two deletes leaves no gap.
    for (int i = links.size() - 1; i >= kept; i--) {
      gone.add(links.get(i).path());
    }
    for (Path path : gone) {
      Files.delete(path);
    }
    files.deleteUnfinished();
    if (!gone.isEmpty()) {
      // Force the deletes before the cut: if a deleted file came back, its frames would not follow
      // the cut.
      Fsync.force(files.directory());
    }
    List<Segment> segments = history.directory.all().subList(0, kept);
    for (int i = 0; i < kept; i++) {
      Segment segment = segments.get(i);
      if (segment.space == lastSpace || segment.end < links.get(i).size()) {
        segment.space.seal(segment.end);
      }
    }
    store.publisher.force(
        () -> {
          for (Segment segment : segments) {
            segment.space.force();
          }
        });
  }

  /**
   * Reads a segment.
   *
   * @param next the segment after it, if any
   * @return whether the segment is complete, so that the next one can be read
   */
  private boolean read(Chain.Link link, Chain.@Nullable Link next) throws IOException {
    SegmentHeader header = link.header();
    if (!header.compacted() && inJournal && header.sequence() != sequence) {
      throw Chain.damaged(link.path(), 0, "frames before it are missing");
    }
    boolean last = next == null && !header.compacted();
    long limit = limit(link);
    FileSpace space = open(link, limit, last);
    Segment segment =
        new Segment(
            store.journal.nextId(),
            header.order(),
            header.from(),
            space,
            header.firstVersion(),
            Segment.roomFor(space.region().size()),
            !header.compacted(),
            header.begins());
    history.directory = history.directory.with(segment);
    FrameReader frames = new FrameReader(segment.data, limit, header, files.salt(), checksum);
    boolean ended = false;
    while (frames.next()) {
      ended |= frames.kind() == Frame.Kind.END;
      apply(segment, frames);
    }
    segment.end = frames.offset();
    inJournal = true;
    if (header.compacted()) {
      if (!ended || frames.offset() != link.size()) {
        throw Chain.damaged(link.path(), frames.offset(), reason(frames));
      }
      sequence = header.sequence();
      segment.lastSequence = sequence;
      return true;
    }
    sequence = frames.sequence();
    segment.lastSequence = sequence;
    if (next != null && follows(next.header(), segment, frames)) {
      return true;
    }
    if (new Control.Mark(header.order(), segment.end).compareTo(trusted) < 0) {
      throw Chain.damaged(link.path(), segment.end, reason(frames));
    }
    return false;
  }

  /** Returns whether a segment continues where the frames of its predecessor end. */
  private boolean follows(SegmentHeader next, Segment segment, FrameReader frames) {
    if (next.compacted()) {
      // Its header names no earlier frame, but all earlier frames were forced before the header was
      // written.
      return frames.problem().isEmpty() && next.firstVersion() == segment.lastVersion() + 1;
    }
    return next.sequence() == sequence; // bytes after it may be the rest of a failed write
  }

  private FileSpace open(Chain.Link link, long limit, boolean last) throws IOException {
    boolean forced = survives && link.header().order() <= trusted.order();
    if (!last) {
      return FileSpace.open(link.path(), link.size(), forced);
    }
    long size = Math.max(link.size(), store.journal.segmentBytes());
    FileSpace space =
        FileSpace.openToAppend(link.path(), limit, size, forced, store.settings.forces());
    lastSpace = space;
    return space;
  }

  /** Returns the end of the readable part: the end at the close, or the last written block. */
  private long limit(Chain.Link link) throws IOException {
    return closed && link.header().order() == trusted.order()
        ? Math.min(link.size(), trusted.end())
        : WrittenEnd.of(link, files.salt());
  }

  /**
   * Returns the last segment, ready for the next write; null if it cannot be continued. Called
   * once, after {@link #run}.
   */
  @Nullable Segment resume() throws IOException {
    List<Segment> all = history.directory.all();
    Segment last = all.isEmpty() ? null : all.get(all.size() - 1);
    FileSpace space = lastSpace;
    if (last == null || space == null || last.space != space || last.order != lastOrder) {
      return null;
    }
    space.unseal();
    return last;
  }

  private static String reason(FrameReader frames) {
    return frames.problem().isEmpty() ? "a written frame is missing there" : frames.problem();
  }

  private void apply(Segment segment, FrameReader frames) throws IOException {
    switch (frames.kind()) {
      case STATE -> state(SideState.read(SideState.reading(frames.body())));
      case RECORDS -> records(segment, frames.offset() + Frame.HEADER, frames.count());
      case OPTIONS -> {
        byte[] body = frames.body();
        DataInputStream in = SideState.reading(body);
        String type = in.readUTF();
        history.planned = history.planned.withOptions(type, SideState.readOptions(in));
        long evicted = frames.offset() + Frame.HEADER + Frame.bodySize(body);
        records(segment, evicted, frames.count());
      }
      case LEASE -> {
        DataInputStream in = SideState.reading(frames.body());
        boolean held = in.readBoolean();
        Lease lease = SideState.readLease(in);
        leases.put(lease, Moment.read(in));
        if (!held) {
          leases.remove(lease.name());
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
    leases.restore(state.leases(), state.lastToken(), state.moment());
    TypeMap<TypeOptions> options = new TypeMap<>();
    for (Map.Entry<String, TypeOptions> entry : state.options().entrySet()) {
      options = options.with(entry.getKey(), entry.getValue());
    }
    history.planned =
        new Commit(state.latest(), state.first(), TypeList.EMPTY, options, state.checkpoint());
  }

  private void records(Segment segment, long from, int count) throws IOException {
    long at = from;
    long version = 0;
    for (int i = 0; i < count; i++) {
      RecordCopy record = RecordCopy.read(segment.data, at);
      if (record == null) {
        throw Chain.damaged(Path.of(segment.space.name()), at, "a record has impossible lengths");
      }
      version = record.version();
      int size = record.size();
      record(segment, at, record);
      at += size;
    }
    if (!segment.isCompacted() && count > 0) {
      history.planned = history.planned.withRecords(version, TypeList.EMPTY);
    }
  }

  private void record(Segment segment, long at, RecordCopy record) {
    long version = record.version();
    TypeTable table = history.table(record.type());
    boolean deleted = record.deleted();
    int checksum = record.checksum();
    look.key.set(table.number, record.idBytes());
    boolean known = history.keys.find(look.key, look.place);
    long previous = known ? look.place.version : 0;
    history.install(segment, table, version, at, record.size(), checksum, deleted, previous);
    int change = deleted ? (known ? -1 : 0) : (known ? 0 : 1);
    look.place.version = version;
    look.place.location = segment.locationOf(at);
    look.place.checksum = checksum;
    if (deleted) {
      history.keys.remove(look.key);
    } else if (known) {
      history.keys.replace(look.key, look.place);
    } else {
      add();
    }
    table.wrote(record.modified(), change);
  }

  private void add() {
    try {
      history.keys.add(look.key, look.place);
    } catch (StorageFullException full) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT,
              "%s holds more than %d records, too many for expectedRecords %d times growth %d; set"
                  + " one of the two higher",
              files.directory(),
              history.keys.size(),
              store.settings.expectedRecords(),
              store.settings.growth()),
          full);
    }
  }

  /** Completes the state once all frames are read. */
  private void finish() {
    rebooted = leases.continueAt(store.durations.toContinue());
    history.beganWith(firstEver());
    Commit planned = history.planned.trimmedTo(firstHeld());
    planned
        .options()
        .asMap()
        .forEach(
            (type, options) -> {
              history.table(type).apply(options);
              history.optionBytes += SetOptions.heapBytes(type, options);
            });
    TypeList types = TypeList.EMPTY;
    for (TypeTable table : history.tables.values()) {
      types = table.count > 0 ? types.with(table.type) : types;
    }
    history.planned = planned.withRecords(planned.version(), types);
    history.commit = history.planned;
    history.tables.values().forEach(this::index);
  }

  /**
   * Returns the first change that the feed can hold. It lies after the last compacted segment,
   * which holds only the records that were live.
   */
  private long firstHeld() {
    long first = history.planned.first();
    boolean behind = true;
    for (Segment segment : history.directory.all()) {
      if (segment.isCompacted()) {
        behind = true;
      } else if (behind) {
        first = Math.max(first, segment.firstVersion);
        behind = false;
      }
    }
    return first;
  }

  /**
   * Returns the version of the first change of the history; 0 if the journal does not contain it.
   */
  private long firstEver() {
    List<Segment> segments = history.directory.all();
    return segments.isEmpty() || !segments.get(0).begins ? 0 : segments.get(0).firstVersion;
  }

  private void index(TypeTable table) {
    if (!table.extracted.isEmpty()) {
      OldestFirst live = new OldestFirst(history, table);
      while (live.next()) {
        RecordCopy record = live.record();
        if (record == null) {
          continue; // the record was damaged after recovery read it: a look-up cannot return it
        }
        Bytes payload = record.payload();
        try {
          table.index(
              store.extractor.values(table.type, payload, table.extracted),
              table.extracted,
              live.version());
        } catch (RuntimeException refused) {
          // The function has changed since the record was stored: it rejects the payload, so the
          // index has no value.
        }
      }
    }
  }

  long sequence() {
    return sequence;
  }

  /** Returns whether the leases were written before a reboot, or on another machine. */
  boolean rebooted() {
    return rebooted;
  }

  /** Returns the order of the last remaining segment. */
  long lastOrder() {
    return lastOrder;
  }
}
