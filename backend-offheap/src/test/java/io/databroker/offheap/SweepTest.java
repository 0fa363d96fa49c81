package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.OpenFailedException;
import io.databroker.offheap.directory.DirectoryLock;
import io.databroker.offheap.directory.Reserve;
import io.databroker.offheap.directory.Stamp;
import io.databroker.offheap.directory.StoreProperties;
import io.databroker.offheap.directory.Uptime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small journal of several segments, with single bytes flipped and files cut short. Each build
 * tries a sample; {@code -Ddatabroker.offheap.sweep=1} tries every byte and every length.
 */
class SweepTest {
  private static final int STEP = Integer.getInteger("databroker.offheap.sweep", 97);
  private static final int OPERATIONS = 14;
  private static final long BOOT = 7;
  private static final long LATER_BOOT = 9;

  @TempDir Path scratch;

  private final Script script = new Script(11, 10);
  private final AtomicReference<Instant> now = new AtomicReference<>(script.time(OPERATIONS));
  private final BackendContext context =
      BackendContext.standard().withClock(now::get).withExtractor(Script.EXTRACTOR);
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final List<Model> states = new ArrayList<>();
  private long serverVersion;
  private int refused;
  private int unharmed;
  private int cut;

  @BeforeEach
  void writeAJournalAsAKillLeavesIt() throws IOException {
    Path original = scratch.resolve("original");
    Model model = new Model();
    try (Backend backend = open(original, BOOT)) {
      for (int number = 0; number < OPERATIONS; number++) {
        states.add(CrashRun.replay(script, number, List.of()));
        now.set(script.time(number));
        script.run(number, backend, model);
      }
      states.add(model);
      serverVersion = backend.versions().serverVersion();
      try (Stream<Path> all = Files.list(original)) {
        for (Path file : all.sorted().toList()) {
          files.put(file.getFileName().toString(), Files.readAllBytes(file));
        }
      }
    }
    assertThat(files.keySet().stream().filter(name -> name.endsWith(".segment")).count())
        .as("segments")
        .isGreaterThan(2);
  }

  private Backend open(Path directory, long boot) {
    OffheapSettings settings =
        new OffheapSettings(directory, Durability.PROCESS, 1_000, 1, 1 << 10);
    return Opening.inDirectory(directory, settings, context, new Uptime(boot, () -> 0));
  }

  @Test
  void aFlippedByteIsFoundAndNamedOrDoesNoHarm() throws IOException {
    for (Map.Entry<String, byte[]> file : written()) {
      for (int at = 0; at < file.getValue().length; at += STEP) {
        byte[] flipped = file.getValue().clone();
        flipped[at] ^= (byte) (1 << at % 8);
        checkStrictly(file.getKey(), flipped, "byte " + at);
      }
    }
    report("flipped bytes");
    assertThat(refused).isPositive();
  }

  @Test
  void aFileCutShortIsFoundAndNamedOrDoesNoHarm() throws IOException {
    for (Map.Entry<String, byte[]> file : written()) {
      for (int length = 0; length < file.getValue().length; length += STEP) {
        checkStrictly(file.getKey(), Arrays.copyOf(file.getValue(), length), "cut at " + length);
      }
    }
    report("cut files");
    assertThat(refused).isPositive();
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    for (Map.Entry<String, byte[]> file : written()) {
      checkStrictly(file.getKey(), null, "missing");
    }
    assertThat(unharmed).isZero();
  }

  @Test
  void afterALossOfPowerWhatIsThereIsABeginningOfWhatWasWritten() throws IOException {
    for (Map.Entry<String, byte[]> file : written()) {
      if (file.getKey().endsWith(".segment")) {
        for (int at = 0; at < file.getValue().length; at += STEP) {
          byte[] torn = file.getValue().clone();
          Arrays.fill(torn, at, Math.min(torn.length, at + 64), (byte) 0);
          checkBeginning(file.getKey(), torn, "torn at " + at);
        }
      }
    }
    report("torn files");
    assertThat(cut).isPositive();
  }

  private List<Map.Entry<String, byte[]>> written() {
    return files.entrySet().stream()
        .filter(file -> !file.getKey().equals(DirectoryLock.FILE))
        .filter(file -> !file.getKey().equals(Reserve.FILE))
        .toList();
  }

  private Path place(String name, byte[] content) throws IOException {
    Path directory = Files.createTempDirectory(scratch, "store");
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] written = file.getKey().equals(name) ? content : file.getValue();
      if (written != null) {
        Files.write(directory.resolve(file.getKey()), written);
      }
    }
    if (!name.equals(StoreProperties.FILE)) {
      Stamp.asOriginal(directory);
    }
    return directory;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /** After a kill alone, all records must be there, or the open fails and names the file. */
  private void checkStrictly(String name, byte[] content, String what) throws IOException {
    Path directory = place(name, content);
    try (Backend backend = open(directory, BOOT)) {
      StoreCheck.check(backend, states.get(OPERATIONS));
      if (!name.equals(
          StoreProperties.FILE)) { // otherwise the directory counts as a copy without a valid note
        assertThat(backend.versions().serverVersion()).isEqualTo(serverVersion);
      }
      unharmed++;
    } catch (OpenFailedException found) {
      assertThat(found).as("%s, %s", name, what).hasMessageContaining(directory.toString());
      refused++;
    } catch (AssertionError wrong) {
      throw new AssertionError(String.format(Locale.ROOT, "%s, %s", name, what), wrong);
    }
    delete(directory);
  }

  /** After a loss of power the end may be lost, but the rest must be unchanged. */
  private void checkBeginning(String name, byte[] content, String what) throws IOException {
    Path directory = place(name, content);
    try (Backend backend = open(directory, LATER_BOOT)) {
      assertThat(backend.versions().serverVersion())
          .as("a tail that readers have seen may be lost")
          .isNotEqualTo(serverVersion);
      boolean found = false;
      for (int i = OPERATIONS; i >= 0 && !found; i--) {
        found = holds(backend, states.get(i));
        cut += found && i < OPERATIONS ? 1 : 0;
      }
      assertThat(found).as("%s, %s: the state after some operation", name, what).isTrue();
      unharmed++;
    } catch (OpenFailedException damage) {
      refused++;
    }
    delete(directory);
  }

  private static boolean holds(Backend backend, Model state) {
    if (backend.versions().latest() != state.latest
        || !backend.options().equals(state.options)
        || backend.versions().earliest() != state.first()) {
      return false;
    }
    try {
      StoreCheck.check(backend, state);
      return true;
    } catch (AssertionError other) {
      return false;
    }
  }

  private void report(String what) {
    System.out.printf(
        Locale.ROOT,
        "%s: %d opens refused with the file's name, %d opens found all batches or the first "
            + "ones, whole%n",
        what,
        refused,
        unharmed);
  }
}
