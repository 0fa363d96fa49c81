package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState.Reason;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Position;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Scrub;
import io.databroker.offheap.journal.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Flips bits under an open store, with concurrent readers and feeds. After each flip it reads every
 * record: the record is right, or the read fails and names file and offset. Then the store is
 * scrubbed, compacted, closed and opened again.
 */
final class FlipRun {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");
  private static final Pattern NAMED =
      Pattern.compile(".*\\.segment is damaged at offset \\d+: .*");
  private static final int IDS = 60;

  /** A flipped bit. */
  private record Flip(Segment segment, long at, int bit) {
    Path file() {
      return Path.of(segment.space.name());
    }
  }

  private final OffheapSettings settings;
  private final Random random;
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final Map<String, StoredRecord> live = new HashMap<>();

  /** Changes by version. */
  private final Map<Long, StoredRecord> told = new HashMap<>();

  private final List<Flip> flips = new ArrayList<>();
  private OffheapBackend backend;
  private int written;
  int flipped;
  long rightReads;
  long damagedReads;
  long besideReads;
  long besideFaults;
  int segmentsMended;
  int opensRefused;
  int opensRight;

  FlipRun(Path directory, Durability durability, long seed) {
    this.settings =
        new OffheapSettings(directory, durability, 1_000, 10, 1 << 13).withScrubRate(1 << 20);
    this.random = new Random(seed);
    this.backend = open();
  }

  private OffheapBackend open() {
    return (OffheapBackend) Opening.open(settings, BackendContext.standard().withClock(now::get));
  }

  private static String id(int i) {
    return "id-" + i;
  }

  private static Bytes payload(String id, int number) {
    return Bytes.utf8(id + "/" + number + "/" + "x".repeat(number % 190));
  }

  private static boolean isWhole(StoredRecord record) {
    String[] parts = record.payload().toUtf8().split("/", -1);
    return parts.length == 3
        && parts[1].matches("\\d{1,9}")
        && record.payload().equals(payload(record.id(), Integer.parseInt(parts[1])));
  }

  private static boolean isNamed(DatabrokerException error) {
    return error instanceof StorageFailedException && NAMED.matcher(error.getMessage()).find();
  }

  /** Writes, flips and reads, and then runs the operations that could hide the damage. */
  void run(int count) throws IOException {
    writeSome(120);
    try (Bystanders beside =
        new Bystanders(backend, "t", FlipRun::isWhole, FlipRun::isNamed, at -> {})) {
      for (int i = 0; i < count; i++) {
        writeSome(random.nextInt(8));
        flip();
        readAll();
        beside.check();
      }
      readSnapshot();
      readFeed();
      scrub();
      if (random.nextBoolean()) {
        writeSome(400); // so that most damaged records are no longer needed
      }
      int before = damagedSegments().size();
      new Trim(backend.store, FOR_EVER).run();
      backend.compactor.pass();
      flips.removeIf(flip -> !isThere(flip.segment));
      segmentsMended += before - damagedSegments().size();
      readAll();
      scrub();
      besideReads += beside.reads.get() + beside.changes.get();
      besideFaults += beside.faults.get();
    }
    reopen();
  }

  private void writeSome(int count) {
    for (int i = 0; i < count; i++) {
      now.updateAndGet(was -> was.plusMillis(1));
      String id = id(random.nextInt(IDS));
      Write write =
          random.nextInt(4) == 0
              ? Write.delete("t", id)
              : Write.put("t", id, payload(id, ++written));
      long latest = backend.versions().latest();
      try {
        StoredRecord stored = backend.put(List.of(write)).records().get(0);
        if (stored.version() != 0) {
          told.put(stored.version(), stored);
        }
        if (stored.deleted()) {
          live.remove(id);
        } else {
          live.put(id, stored);
        }
      } catch (StorageFailedException damaged) {
        // A delete returns the last payload, which is damaged.
        assertThat(write).isInstanceOf(Write.Delete.class);
        assertThat(isDamaged(live.get(id).version())).isTrue();
        assertThat(backend.versions().latest()).isEqualTo(latest);
      }
    }
  }

  private void flip() throws IOException {
    // Not during a compaction, which may delete the file meanwhile.
    synchronized (backend.compactor) {
      List<Segment> segments = backend.store.history.directory.all();
      Segment segment = segments.get(random.nextInt(segments.size()));
      Flip flip = new Flip(segment, (long) (random.nextDouble() * segment.end), random.nextInt(8));
      if (!flips.contains(flip)) {
        Flips.flip(flip.file(), flip.at, flip.bit);
        flips.add(flip);
        flipped++;
      }
    }
  }

  private boolean isThere(Segment segment) {
    return backend.store.history.directory.all().contains(segment);
  }

  private Set<Segment> damagedSegments() {
    Set<Segment> damaged = new HashSet<>();
    flips.forEach(flip -> damaged.add(flip.segment));
    return damaged;
  }

  private boolean isDamaged(long version) {
    Segment segment = backend.store.history.directory.holding(version);
    int index = segment.indexOf(version);
    long from = segment.offsetAt(index);
    long to = from + segment.sizeAt(index);
    return flips.stream()
        .anyMatch(flip -> flip.segment == segment && flip.at >= from && flip.at < to);
  }

  /** Reads each key: exactly the damaged records fail. */
  private void readAll() {
    for (String id : IntStream.range(0, IDS).mapToObj(FlipRun::id).toList()) {
      StoredRecord expected = live.get(id);
      boolean damaged = expected != null && isDamaged(expected.version());
      try {
        assertThat(backend.get("t", id)).isEqualTo(expected);
        assertThat(damaged).as("%s was read though damaged", id).isFalse();
        rightReads++;
      } catch (StorageFailedException error) {
        assertThat(damaged).as(error.getMessage()).isTrue();
        assertNames(error, expected.version());
        damagedReads++;
      }
    }
  }

  private void assertNames(StorageFailedException error, long version) {
    Segment segment = backend.store.history.directory.holding(version);
    long at = segment.offsetAt(segment.indexOf(version));
    assertThat(error).hasMessageContaining(segment.space.name() + " is damaged at offset " + at);
  }

  private void readSnapshot() {
    List<StoredRecord> found = new ArrayList<>();
    int failed = 0;
    try (Snapshot snapshot = backend.snapshot(Selection.ofType("t"))) {
      Iterator<StoredRecord> records = snapshot.records();
      for (boolean more = true; more; ) {
        try {
          more = records.hasNext();
          if (more) {
            found.add(records.next());
          }
        } catch (StorageFailedException error) {
          assertThat(isNamed(error)).as(error.getMessage()).isTrue();
          failed++;
        }
      }
    }
    List<StoredRecord> expected =
        live.values().stream().filter(record -> !isDamaged(record.version())).toList();
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(failed).isEqualTo(live.size() - expected.size());
  }

  /** Reads all changes, skipping the unreadable ones. */
  private void readFeed() {
    Versions versions = backend.versions();
    long at = versions.earliest() - 1;
    while (at < versions.latest()) {
      try (ChangeFeed feed = backend.changes(new Position(versions.serverVersion(), at), null)) {
        for (Changes next = feed.poll(); next != null; next = feed.poll()) {
          for (StoredRecord record : next.records()) {
            assertThat(record).isEqualTo(told.get(record.version()));
            assertThat(isDamaged(record.version())).isFalse();
          }
          at = next.position().version();
        }
      } catch (StorageFailedException error) {
        assertThat(isNamed(error)).as(error.getMessage()).isTrue();
        assertThat(isDamaged(at + 1) || told.get(at + 1).deleted()).isTrue();
        damagedReads++;
        at++;
      }
    }
  }

  /** A scrub finds damage exactly if there is some. */
  private void scrub() {
    Scrub scrub = new Scrub(backend.store, 1 << 30, now::get);
    while (scrub.rounds == 0) {
      now.updateAndGet(was -> was.plusMillis(1_000));
      scrub.tick();
    }
    assertThat(scrub.found > 0)
        .as("%d damaged places found", scrub.found)
        .isEqualTo(!flips.isEmpty());
    assertThat(backend.state().reason()).isEqualTo(flips.isEmpty() ? null : Reason.DAMAGED);
  }

  /** An open succeeds exactly if no damage is left, and finds every record right. */
  private void reopen() throws IOException {
    List<Path> files = flips.stream().map(Flip::file).toList();
    backend.close();
    if (!flips.isEmpty()) {
      try (Backend opened = open()) {
        throw new AssertionError(opened + " opened with damage in " + files);
      } catch (OpenFailedException refused) {
        assertThat(files).anyMatch(file -> refused.getMessage().contains(file.toString()));
        opensRefused++;
      }
      for (Flip flip : flips) {
        Flips.flip(flip.file(), flip.at, flip.bit);
      }
      flips.clear();
    } else {
      opensRight++;
    }
    backend = open();
    readAll();
    assertThat(backend.listTypes()).isEqualTo(live.isEmpty() ? List.of() : List.of("t"));
    backend.close();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d flips: %d reads right, %d failed as damaged, none wrong; concurrently %d "
            + "records and changes read right, %d failed as damaged; compaction dropped the "
            + "damage of %d"
            + " segments; %d opens refused for damage, %d opens without damage left",
        flipped,
        rightReads,
        damagedReads,
        besideReads,
        besideFaults,
        segmentsMended,
        opensRefused,
        opensRight);
  }

  /** Adds the counts of another run. */
  void add(FlipRun other) {
    flipped += other.flipped;
    rightReads += other.rightReads;
    damagedReads += other.damagedReads;
    besideReads += other.besideReads;
    besideFaults += other.besideFaults;
    segmentsMended += other.segmentsMended;
    opensRefused += other.opensRefused;
    opensRight += other.opensRight;
  }
}
