package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Compactor;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.memory.FileSpace;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Losses of power, simulated by a copy of the open directory in which every byte that was not
 * forced is 0, opened under another boot number.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PowerLossTest {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");
  private static final long BOOT = 7;
  private static final long LATER_BOOT = 9;
  private static final int SEGMENT = 4096;

  @TempDir Path scratch;

  private static Backend open(Path directory, Durability durability, long boot) {
    return Opening.inDirectory(
        directory,
        new OffheapSettings(directory, durability, 1_000, 1, SEGMENT),
        BackendContext.standard(),
        new Uptime(boot, () -> 0));
  }

  private static void put(Backend backend, String id) {
    backend.put(List.of(Write.put("t", id, Bytes.copyOf(new byte[100]))));
  }

  private static void putAll(Backend backend, int from, int to) {
    IntStream.range(from, to).forEach(i -> put(backend, "k" + i));
  }

  private static List<String> missing(Backend backend, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "k" + i)
        .filter(id -> backend.get("t", id) == null)
        .toList();
  }

  /** Copies the directory as a kill leaves it. */
  private Path copy(Path from, String name) throws IOException {
    return StoreTear.copy(from, scratch.resolve(name));
  }

  /** Copies the directory as a loss of power leaves it, if only forced bytes were written back. */
  private Path lose(Backend backend, Path from, String name) throws IOException {
    Path to = copy(from, name);
    for (Segment segment : ((OffheapBackend) backend).store.history.directory.all()) {
      FileSpace space = (FileSpace) segment.space;
      zero(to.resolve(Path.of(space.name()).getFileName()), space.forced);
    }
    return to;
  }

  private static void zero(Path file, long from) throws IOException {
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
      content.seek(from);
      content.write(new byte[(int) Math.max(0, content.length() - from)]);
    }
  }

  /** Returns the offset of the second frame, after the state frame at the beginning. */
  private static long behindState(Path file) throws IOException {
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
      content.seek(Segment.HEADER);
      return (long) Segment.HEADER + Integer.reverseBytes(content.readInt());
    }
  }

  /** Returns the number of changes in the feed. */
  private static int changes(Backend backend) {
    int count = 0;
    try (ChangeFeed feed = backend.changes(backend.versions().begin(), null)) {
      for (Changes next = feed.poll(); next != null; next = feed.poll()) {
        count += next.records().size();
      }
    }
    return count;
  }

  @Test
  void whatAKilledRunLeftSurvivesOnceTheNextHasBegun() throws IOException {
    Path killed;
    try (Backend backend = open(scratch.resolve("store"), Durability.PROCESS, BOOT)) {
      putAll(backend, 0, 100);
      killed = copy(scratch.resolve("store"), "killed");
    }
    Path power;
    Versions told;
    try (Backend backend = open(killed, Durability.DISK, BOOT)) {
      putAll(backend, 100, 101);
      told = backend.versions();
      power = lose(backend, killed, "power");
    }
    try (Backend backend = open(power, Durability.DISK, LATER_BOOT)) {
      assertThat(backend.versions()).isEqualTo(told);
      assertThat(missing(backend, 101)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLossOfPowerIsNeverTakenForDamage(Durability durability) throws IOException {
    Path directory = scratch.resolve("store");
    for (int round = 0; round < 6; round++) {
      long boot = BOOT + 2L * round;
      int held;
      Path next;
      try (Backend backend = open(directory, durability, boot)) {
        held = (int) backend.versions().latest();
        putAll(backend, 0, 45);
        // Now and then a kill comes first, and the store is reopened under the same boot id.
        next =
            round % 2 == 0
                ? lose(backend, directory, "round" + round)
                : copy(directory, "round" + round);
      }
      directory = next;
      try (Backend backend = open(copy(directory, "look" + round), durability, boot + 1)) {
        boolean all = durability == Durability.DISK || round % 2 == 1;
        assertThat(backend.versions().latest()).isEqualTo(all ? held + 45 : held);
        assertThat(changes(backend)).isEqualTo(all ? held + 45 : held);
      }
      // A kill: the same boot continues, and forces the files as they are.
      Path same = copy(directory, "same" + round);
      if (round % 2 == 1) {
        open(same, durability, boot).close();
        directory = same;
      }
    }
  }

  private Path compacted(Path directory) throws IOException {
    try (Backend backend = open(directory, Durability.PROCESS, BOOT)) {
      putAll(backend, 0, 20);
    }
    try (Backend backend = open(directory, Durability.PROCESS, BOOT)) {
      for (int round = 0; round < 5; round++) {
        putAll(backend, 0, 20);
      }
      putAll(backend, 0, 5); // some are only in the last segment
      backend.trim(FOR_EVER);
      Compactor compactor = ((OffheapBackend) backend).compactor;
      compactor.pass(); // otherwise wait for the pass that the trim began
      assertThat(compactor.passes).isPositive();
      return lose(backend, directory, "power");
    }
  }

  @Test
  void whatACompactionDropsIsSupersededByWhatSurvives() throws IOException {
    Path power = compacted(scratch.resolve("store"));
    assertThat(StoreTear.segments(power).get(0).getFileName().toString()).startsWith("compacted");
    for (int i = 0; i < 2; i++) {
      try (Backend backend = open(power, Durability.PROCESS, LATER_BOOT + i)) {
        assertThat(missing(backend, 20)).isEmpty();
        assertThat(backend.versions().latest()).isEqualTo(125);
        assertThat(changes(backend)).isZero();
      }
    }
  }

  @Test
  void aJournalThatEndsBeforeItsCompactionIsDamaged() throws IOException {
    Path power = compacted(scratch.resolve("store"));
    Path last = StoreTear.segments(power).get(StoreTear.segments(power).size() - 1);
    zero(last, behindState(last));
    assertThatThrownBy(() -> open(power, Durability.PROCESS, LATER_BOOT))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining(last.toString());
  }

  @Test
  void theFeedHoldsNothingThatWasCompactedEvenIfTheTrimIsGone() throws IOException {
    Path directory = scratch.resolve("store");
    open(directory, Durability.PROCESS, BOOT).close();
    byte[] control = Files.readAllBytes(directory.resolve(Control.FILE));
    Path power = compacted(directory);
    Files.write(power.resolve(Control.FILE), control); // its mark covers only the first segment
    Path last = StoreTear.segments(power).get(StoreTear.segments(power).size() - 1);
    zero(last, behindState(last));
    try (Backend backend = open(power, Durability.PROCESS, LATER_BOOT)) {
      Versions versions = backend.versions();
      assertThat(changes(backend)).isEqualTo(versions.latest() - versions.earliest() + 1);
    }
  }

  /** Returns the files, except segments, that Flight Recorder saw forced meanwhile. */
  private List<String> forced(Runnable action) throws IOException {
    Path written = scratch.resolve("forced.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold().withoutStackTrace();
      recording.start();
      action.run();
      recording.stop();
      recording.dump(written);
    }
    return RecordingFile.readAllEvents(written).stream()
        .map((RecordedEvent event) -> event.getString("path"))
        .toList();
  }

  @Test
  void anOpenSaysOnTheDiskThatItIsNoLongerClosed() throws IOException {
    Path directory = scratch.resolve("store");
    open(directory, Durability.DISK, BOOT).close();
    AtomicReference<Backend> opened = new AtomicReference<>();
    List<String> forced = forced(() -> opened.set(open(directory, Durability.PROCESS, BOOT)));
    try (Backend backend = opened.get()) {
      assertThat(forced).contains(directory.resolve(Control.FILE).toString());
      Control.Left left = Control.read(directory);
      assertThat(left.clean()).isFalse();
      assertThat(left.forces()).isFalse();
      assertThat(backend.versions().latest()).isZero();
    }
  }

  @Test
  void aCompactionSaysOnTheDiskHowFarTheJournalMustBeWhole() throws IOException {
    Path directory = scratch.resolve("store");
    try (Backend backend = open(directory, Durability.PROCESS, BOOT)) {
      Compactor compactor = ((OffheapBackend) backend).compactor;
      for (int round = 0; round < 5; round++) {
        putAll(backend, 0, 20);
      }
      List<String> forced =
          forced(
              () -> {
                backend.trim(FOR_EVER);
                compactor.pass(); // otherwise wait for the pass that the trim began
              });
      assertThat(compactor.passes).isPositive();
      assertThat(forced).contains(directory.resolve(Control.FILE).toString());
      Control.Left left = Control.read(directory);
      assertThat(left.forced()).isEqualTo(left.acknowledged());
    }
  }

  @Test
  void aHistoryThatMayHaveLostItsEndIsAnother() throws IOException {
    Path directory = scratch.resolve("store");
    open(directory, Durability.DISK, BOOT).close();
    Path power;
    long told;
    try (Backend backend = open(directory, Durability.PROCESS, BOOT)) {
      byte[] control = Files.readAllBytes(directory.resolve(Control.FILE));
      putAll(backend, 0, 1);
      told = backend.versions().serverVersion();
      power = lose(backend, directory, "power");
      Files.write(power.resolve(Control.FILE), control);
    }
    try (Backend backend = open(power, Durability.PROCESS, LATER_BOOT)) {
      assertThat(backend.versions().serverVersion()).isNotEqualTo(told);
      assertThat(backend.versions().latest()).isZero();
    }
  }

  @Test
  void tokensGoOnRisingThoughTheLastOnesGivenAreLost() throws IOException {
    Path directory = scratch.resolve("store");
    Path power;
    long last = 0;
    try (Backend backend = open(directory, Durability.PROCESS, BOOT)) {
      for (int i = 0; i < 5; i++) {
        last = backend.acquireLease("leader" + i, Duration.ofHours(1)).token();
      }
      power = lose(backend, directory, "power");
    }
    try (Backend backend = open(power, Durability.PROCESS, LATER_BOOT)) {
      long next = backend.acquireLease("leader4", Duration.ofHours(1)).token();
      assertThat(next).isGreaterThan(last);
      last = next;
    }
    try (Backend backend = open(power, Durability.PROCESS, LATER_BOOT)) {
      assertThat(backend.acquireLease("another", Duration.ofHours(1)).token())
          .as("nothing was lost")
          .isEqualTo(last + 1);
    }
  }

  @Test
  void theRestOfAFailedWriteBehindAWholeSegmentIsNoDamage() throws IOException {
    Path directory = scratch.resolve("store");
    Path killed;
    try (Backend backend = open(directory, Durability.PROCESS, BOOT)) {
      putAll(backend, 0, 60);
      killed = copy(directory, "killed");
    }
    Path first = StoreTear.segments(killed).get(0);
    try (RandomAccessFile file = new RandomAccessFile(first.toFile(), "rw")) {
      assertThat(file.length()).as("it was sealed").isLessThan(SEGMENT);
      file.seek(file.length());
      file.write(new byte[] {90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90});
      file.setLength(SEGMENT);
    }
    for (int i = 0; i < 2; i++) {
      try (Backend backend = open(killed, Durability.PROCESS, BOOT)) {
        assertThat(missing(backend, 60)).isEmpty();
        assertThat(changes(backend)).isEqualTo(60);
      }
      assertThat(Files.size(first)).isLessThan(SEGMENT);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aSegmentThatWasNeverWrittenBackEndsTheJournal(int lost) throws IOException {
    Path directory = scratch.resolve("store");
    Path power;
    try (Backend backend = open(directory, Durability.PROCESS, BOOT)) {
      putAll(backend, 0, 120);
      power = copy(directory, "power");
    }
    List<Path> files = StoreTear.segments(power);
    assertThat(files).hasSizeGreaterThan(4);
    zero(files.get(lost), 0);
    Versions begun;
    try (Backend backend = open(power, Durability.PROCESS, LATER_BOOT)) {
      begun = backend.versions();
      assertThat(begun.latest()).isBetween(1L, 119L);
      assertThat(changes(backend)).isEqualTo((int) begun.latest());
      assertThat(missing(backend, (int) begun.latest())).isEmpty();
      put(backend, "acknowledged");
    }
    try (Backend backend = open(power, Durability.PROCESS, LATER_BOOT)) {
      assertThat(backend.versions().serverVersion()).isEqualTo(begun.serverVersion());
      assertThat(backend.get("t", "acknowledged")).isNotNull();
    }
  }

  @Test
  void whatCameBeforeAClearNeedNotHaveBeenWrittenBack() throws IOException {
    Path directory = scratch.resolve("store");
    Path power;
    Versions told;
    try (Backend backend = open(directory, Durability.DISK, BOOT)) {
      putAll(backend, 0, 60);
      Path before = copy(directory, "before");
      backend.clear();
      putAll(backend, 0, 1);
      told = backend.versions();
      power = lose(backend, directory, "power");
      for (Path file : StoreTear.segments(before)) {
        Files.copy(file, power.resolve(file.getFileName())); // their deletes were not forced
      }
    }
    zero(StoreTear.segments(power).get(1), 0);
    try (Backend backend = open(power, Durability.DISK, LATER_BOOT)) {
      assertThat(backend.versions()).isEqualTo(told);
    }
  }
}
