package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.offheap.journal.Compactor;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of operations of every kind, checked against a model: in memory and over reopens. */
class ScriptTest {
  private static final OffheapSettings RAM =
      new OffheapSettings(null, Durability.PROCESS, 1_000, 10, 1 << 14);

  @TempDir Path directory;

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final BackendContext context =
      BackendContext.standard().withClock(now::get).withExtractor(Script.EXTRACTOR);

  private int passes;

  /** Runs extra background work, so that it happens at every stage. */
  private void compact(Backend backend, long number) {
    Compactor compactor = ((OffheapBackend) backend).compactor;
    if (number % 5 == 0) {
      compactor.pass();
    }
    passes = Math.max(passes, compactor.passes);
  }

  @AfterEach
  void compactionTookPart() {
    assertThat(passes).as("passes of the compactor").isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aStoreInMemoryHoldsWhatTheModelHolds(long seed) {
    Script script = new Script(seed);
    Model model = new Model();
    try (Backend backend = Opening.open(RAM, context)) {
      for (int number = 0; number < 2_000; number++) {
        now.set(script.time(number));
        script.run(number, backend, model);
        compact(backend, number);
        if (number % 100 == 99) {
          StoreCheck.check(backend, model);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROCESS", "DISK"})
  void aStoreInADirectoryHoldsItOverReopens(Durability durability) {
    OffheapSettings settings =
        new OffheapSettings(directory.resolve("store"), durability, 1_000, 10, 1 << 14);
    Script script = new Script(5);
    Model model = new Model();
    for (int round = 0; round < 12; round++) {
      try (Backend backend = Opening.open(settings, context)) {
        StoreCheck.check(backend, model);
        for (int number = round * 100; number < round * 100 + 100; number++) {
          now.set(script.time(number));
          script.run(number, backend, model);
          compact(backend, number);
        }
        StoreCheck.check(backend, model);
      }
    }
  }

  @Test
  void aSnapshotKeepsWhatItHoldsWhileAllElseChanges() {
    Script script = new Script(6);
    Model model = new Model();
    try (Backend backend = Opening.open(RAM, context)) {
      long number = 0;
      int held = 0;
      for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 30; i++, number++) {
          now.set(script.time(number));
          script.run(number, backend, model);
        }
        try (KeptSnapshot kept = KeptSnapshot.take(backend, model)) {
          for (int i = 0; i < 60; i++, number++) {
            now.set(script.time(number));
            script.run(number, backend, model);
            compact(backend, number);
          }
          held += kept.check() ? 1 : 0;
        }
      }
      // A snapshot ends after two clears, or when it pins too much.
      assertThat(held).as("snapshots that were held, of 30").isGreaterThan(15);
    }
  }
}
