package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.BackendState.Mode;
import io.databroker.api.BackendState.Reason;
import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.StorageFailedException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Scrub;
import io.databroker.offheap.journal.Segment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The scrub finds damage in an open store before a reader does (ERR-7). */
class ScrubTest {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");
  private static final long RATE = 1_000;
  private static final int SEGMENT = 4096;

  @TempDir Path scratch;
  private final LogLines log = new LogLines();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final BackendContext context =
      BackendContext.standard().withClock(now::get).withExtractor(Script.EXTRACTOR);
  private OffheapBackend backend;

  @BeforeEach
  void open() {
    backend = open(RATE);
  }

  private OffheapBackend open(long rate) {
    OffheapSettings settings =
        new OffheapSettings(scratch, Durability.PROCESS, 1_000, 10, SEGMENT).withScrubRate(rate);
    return (OffheapBackend) Opening.open(settings, context);
  }

  @AfterEach
  void close() {
    backend.close();
    log.close();
  }

  private void put(int i) {
    backend.put(List.of(Write.put("t", "key-" + i, Bytes.copyOf(new byte[100]))));
  }

  private void putAll(int count) {
    for (int i = 0; i < count; i++) {
      put(i);
    }
  }

  private void turn(Duration by) {
    now.updateAndGet(was -> was.plus(by));
  }

  /** Ticks until a whole round, from the beginning of the journal to its end, is complete. */
  private static void round(Scrub scrub, Runnable turn) {
    for (long rounds = scrub.rounds; scrub.rounds < rounds + 2; ) {
      turn.run();
      scrub.tick();
    }
  }

  private void round() {
    round(backend.compactor.scrub, () -> turn(Duration.ofSeconds(1)));
  }

  @Test
  void reportsDamageThatNobodyReads() throws IOException {
    putAll(60);
    assertThat(backend.store.history.directory.size()).isGreaterThan(2);
    assertThat(backend.state()).isEqualTo(BackendState.SERVING);
    String file = backend.store.history.directory.holding(4).space.name();
    long at = Flips.flipPayload(backend, 4, 100);
    round();
    BackendState state = backend.state();
    assertThat(state.mode()).isEqualTo(Mode.DEGRADED);
    assertThat(state.reason()).isEqualTo(Reason.DAMAGED);
    assertThat(state.detail()).contains(file, "offset " + at + ":");
    round();
    assertThat(log.lines())
        .singleElement()
        .satisfies(line -> assertThat(line).contains(file, "offset " + at + ":"));
    assertThatThrownBy(() -> backend.get("t", "key-3"))
        .isInstanceOf(StorageFailedException.class)
        .hasMessage(StorageFailedException.class.cast(catchRead()).getMessage());
  }

  private Throwable catchRead() {
    try {
      return new AssertionError(backend.get("t", "key-3"));
    } catch (StorageFailedException damaged) {
      return damaged;
    }
  }

  @Test
  void findsEveryByteOfTheJournal() throws IOException {
    backend.setOptions("t", TypeOptions.NONE.withCapacity(5));
    putAll(6);
    backend.setOptions("t", TypeOptions.NONE.withCapacity(3));
    backend.acquireLease("lease", Duration.ofHours(1));
    backend.setCheckpoint(new Checkpoint(1, 2));
    turn(Duration.ofSeconds(1));
    backend.trim(Instant.EPOCH.plusNanos(1));
    Segment segment = backend.store.journal.active();
    Path file = Path.of(segment.space.name());
    Scrub scrub = new Scrub(backend.store, 1 << 20, now::get);
    for (long at = 0; at < segment.end; at++) {
      Flips.flip(file, at, (int) (at % 8));
      long found = scrub.found;
      round(scrub, () -> turn(Duration.ofSeconds(1)));
      assertThat(scrub.found).as("byte %d of %d", at, segment.end).isGreaterThan(found);
      Flips.flip(file, at, (int) (at % 8));
      found = scrub.found;
      round(scrub, () -> turn(Duration.ofSeconds(1)));
      assertThat(scrub.found).as("byte %d is mended", at).isEqualTo(found);
    }
  }

  @Test
  void verifiesNoMoreThanItsRateAllows() {
    putAll(100);
    Scrub scrub = new Scrub(backend.store, RATE, now::get);
    long largest = 200;
    scrub.tick();
    assertThat(scrub.verified).as("no time has passed").isZero();
    for (int tick = 1; tick <= 10; tick++) {
      long before = scrub.verified;
      turn(Duration.ofSeconds(1));
      scrub.tick();
      assertThat(scrub.verified - before).isBetween(RATE, RATE + largest);
    }
    long before = scrub.verified;
    turn(Duration.ofMillis(500));
    scrub.tick();
    assertThat(scrub.verified - before).isBetween(RATE / 2, RATE / 2 + largest);
    turn(Duration.ofHours(-1));
    scrub.tick();
    turn(Duration.ofMillis(1));
    assertThat(scrub.verified - before).as("a step back").isLessThan(RATE);
  }

  @Test
  void makesUpForFiveMinutesAtMost() {
    putAll(200);
    Scrub scrub = new Scrub(backend.store, 10, now::get);
    turn(Duration.ofDays(1));
    scrub.tick();
    assertThat(scrub.verified).isBetween(3_000L, 3_200L);
  }

  @Test
  void verifiesNothingAtRateZero() throws IOException {
    putAll(10);
    Flips.flipPayload(backend, 4, 100);
    Scrub scrub = new Scrub(backend.store, 0, now::get);
    turn(Duration.ofDays(1));
    scrub.tick();
    assertThat(scrub.verified).isZero();
    assertThat(backend.state()).isEqualTo(BackendState.SERVING);
  }

  @Test
  void housekeepingDrivesIt() throws IOException {
    putAll(60);
    long at = Flips.flipPayload(backend, 4, 100);
    Scrub scrub = backend.compactor.scrub;
    // A trim wakes the scrub's thread. The thread that takes the lock of a tick waits for the end
    // of the tick.
    for (int tick = 0; scrub.rounds == 0 && tick < 10_000; tick++) {
      turn(Duration.ofSeconds(10));
      long before = scrub.verified;
      backend.trim(Instant.EPOCH);
      for (int look = 0; scrub.verified == before && look < 10_000; look++) {
        Thread.onSpinWait();
      }
    }
    assertThat(backend.state().detail()).contains("offset " + at + ":");
  }

  @Test
  void aRewriteAndACompactionMendTheState() throws IOException {
    putAll(20);
    Flips.flipPayload(backend, 4, 100);
    round();
    assertThat(backend.state().reason()).isEqualTo(Reason.DAMAGED);
    for (int turn = 0; turn < 10; turn++) {
      putAll(20);
    }
    new Trim(backend.store, FOR_EVER).run();
    assertThat(backend.compactor.pass()).isTrue();
    round();
    assertThat(backend.state()).isEqualTo(BackendState.SERVING);
    backend.close();
    backend = open(RATE);
    assertThat(backend.get("t", "key-3")).isNotNull();
  }

  @Test
  void aPageThatCannotBeReadIsDamageAndNoCrash() throws IOException {
    putAll(10);
    String file = backend.store.history.directory.holding(4).space.name();
    try (RandomAccessFile open = new RandomAccessFile(file, "rw")) {
      byte[] content = new byte[(int) open.length()];
      open.readFully(content);
      open.setLength(0);
      round();
      assertThat(backend.state().detail()).contains(file);
      open.write(content);
    }
    round();
    assertThat(backend.get("t", "key-3")).isNotNull();
  }

  @ParameterizedTest
  @EnumSource
  void findsNothingInASoundStoreWhateverHappensBesideIt(Durability durability) {
    backend.close();
    OffheapSettings settings =
        new OffheapSettings(scratch.resolve(durability.name()), durability, 1_000, 10, SEGMENT)
            .withScrubRate(1 << 30);
    Script script = new Script(11);
    Model model = new Model();
    long rounds = 0;
    int passes = 0;
    for (int open = 0; open < 6; open++) {
      try (Backend opened = Opening.open(settings, context)) {
        OffheapBackend offheap = (OffheapBackend) opened;
        for (int number = open * 200; number < open * 200 + 200; number++) {
          now.set(script.time(number));
          script.run(number, opened, model);
          offheap.compactor.pass();
          offheap.compactor.scrub.tick();
        }
        assertThat(offheap.compactor.scrub.found).isZero();
        passes += offheap.compactor.passes;
        assertThat(opened.state()).isEqualTo(BackendState.SERVING);
        rounds += offheap.compactor.scrub.rounds;
      }
    }
    assertThat(rounds).isGreaterThan(500);
    assertThat(passes).as("passes of the compactor").isGreaterThan(5);
    backend = open(RATE);
  }
}
