package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Position;
import io.databroker.offheap.directory.DirectoryLock;
import io.databroker.offheap.directory.Reserve;
import io.databroker.offheap.directory.Stamp;
import io.databroker.offheap.directory.StoreProperties;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Kills the process of a store again and again. After each kill it opens a copy of the directory
 * and compares it with the state expected after the acknowledged operations; the next child
 * continues in the original directory.
 */
final class CrashRun {
  /** Time limit for each step of a child; only a hang exceeds it. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Largest total size of the files that are not segments. */
  private static final Map<String, Long> LARGEST =
      Map.of(
          Control.FILE, 4_096L,
          DirectoryLock.FILE, 1_024L,
          StoreProperties.FILE, 1_024L,
          Reserve.FILE, 1L << 20);

  private final Path directory;
  private final Path scratch;
  private final Durability durability;
  private final long seed;
  private final Script script;
  private final Random random;
  private final List<String> outcomes = new ArrayList<>();
  private long next;
  private long serverVersion;
  int kills;
  int killsWhileOpening;
  long acknowledged;
  long positionsSeen;
  int unacknowledgedKept;
  int unacknowledgedGone;

  CrashRun(Path scratch, Durability durability, long seed) {
    this.directory = scratch.resolve("store-" + seed);
    this.scratch = scratch;
    this.durability = durability;
    this.seed = seed;
    this.script = new Script(seed);
    this.random = new Random(seed);
  }

  /** Returns the expected state before an operation, given the outcomes of the interrupted ones. */
  static Model replay(Script script, long before, List<String> outcomes) {
    Model model = new Model();
    for (long number = 0; number < before; number++) {
      String prefix = number + " ";
      String outcome =
          outcomes.stream().filter(line -> line.startsWith(prefix)).findFirst().orElse("");
      if (outcome.isEmpty()) {
        script.replay(number, model);
      } else {
        script.replayHalf(number, model, Integer.parseInt(outcome.substring(prefix.length())));
      }
    }
    return model;
  }

  /** Starts a child, kills it at a random instant, and checks the directory. */
  void kill() throws IOException, InterruptedException {
    Path said = scratch.resolve("said");
    Path past = Files.write(scratch.resolve("outcomes"), outcomes);
    Process child =
        new ProcessBuilder(
                ChildJvm.command(
                    CrashChild.class,
                    directory.toString(),
                    durability.toString(),
                    Long.toString(seed),
                    Long.toString(next),
                    past.toString()))
            .redirectOutput(said.toFile())
            .redirectError(scratch.resolve("errors").toFile())
            .start();
    if (random.nextInt(5) == 0) {
      // Sleeps only to pick a random instant for the kill: while the store opens, or later.
      Thread.sleep(random.nextInt(1_500));
    } else {
      await(child, said, 1 + random.nextInt(80));
      Thread.sleep(random.nextInt(15));
    }
    if (random.nextInt(8) == 0) {
      child.getOutputStream().write('.');
      child.getOutputStream().flush();
      assertThat(child.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("it closes").isTrue();
    } else {
      child.destroyForcibly();
      assertThat(child.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(scratch.resolve("errors"))).doesNotContain("Exception", "Error");
      kills++;
    }
    if (lines(said).isEmpty()) {
      killsWhileOpening++;
    }
    check(lines(said));
    Files.delete(said);
  }

  private void await(Process child, Path said, int lines) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (lines(said).stream().filter(line -> !line.startsWith("seen")).count() < lines) {
      assertThat(child.isAlive() && System.nanoTime() < deadline)
          .as("the child goes on: %s", Files.readString(scratch.resolve("errors")))
          .isTrue();
      Thread.sleep(2);
    }
  }

  private static List<String> lines(Path said) throws IOException {
    List<String> whole = new ArrayList<>();
    if (Files.exists(said)) {
      String text = Files.readString(said);
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1)) {
        if (line.endsWith(".")) {
          whole.add(line.substring(0, line.length() - 1));
        }
      }
    }
    return whole;
  }

  private void check(List<String> said) throws IOException {
    Position seen = null;
    for (String line : said) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("open")) {
        if (serverVersion != 0) {
          assertThat(Long.parseLong(words[1])).as("server version").isEqualTo(serverVersion);
        }
        serverVersion = Long.parseLong(words[1]);
      } else if (words[0].equals("seen")) {
        seen = new Position(Long.parseLong(words[1]), Long.parseLong(words[2]));
        positionsSeen++;
      } else if (!words[0].equals("closed")) {
        assertThat(Long.parseLong(words[0])).isEqualTo(next);
        next++;
        acknowledged++;
        serverVersion = Long.parseLong(words[1]);
      }
    }
    if (!Files.exists(directory)) {
      return;
    }
    Path copy = scratch.resolve("copy");
    deleteAll(copy);
    copy(directory, copy);
    AtomicReference<Instant> now =
        new AtomicReference<>(script.time(next % 50 == 49 ? next + 1 : next));
    OffheapSettings settings = new OffheapSettings(copy, durability, 2_000, 10, 1 << 15);
    BackendContext context =
        BackendContext.standard().withClock(now::get).withExtractor(Script.EXTRACTOR);
    long found;
    try (Backend backend = Opening.open(settings, context)) {
      Model model = settle(backend, now.get());
      StoreCheck.checkLeases(backend, model, now.get());
      found = backend.versions().serverVersion();
      if (seen != null && seen.serverVersion() == found) {
        assertThat(seen.version()).as("last seen").isLessThanOrEqualTo(model.latest);
      }
    }
    try (Backend backend = Opening.open(settings, context)) {
      assertThat(backend.versions().serverVersion()).as("a second open").isEqualTo(found);
    }
    checkFiles(copy);
  }

  /** Checks that kills leave no useless file, and no file that grows from kill to kill. */
  private static void checkFiles(Path store) throws IOException {
    for (Path file : StoreFiles.list(store)) {
      String name = file.getFileName().toString();
      Long most = LARGEST.get(name);
      if (most == null) {
        assertThat(name).matches("(journal|compacted)-\\d{10}\\.segment");
      } else {
        assertThat(Files.size(file)).as(name).isLessThanOrEqualTo(most);
      }
    }
  }

  /**
   * Determines how much of the interrupted operation took effect: all of it, whole steps of it, or
   * nothing.
   */
  private Model settle(Backend backend, Instant now) {
    AssertionError first = null;
    for (int steps = -1; steps <= 6; steps++) {
      List<String> assumed = new ArrayList<>(outcomes);
      long upTo = next;
      if (steps == 0) {
        upTo = next + 1; // all of it
      } else if (steps > 0) {
        assumed.add(next + " " + steps);
        upTo = next + 1;
      }
      Model model = replay(script, upTo, assumed);
      try {
        StoreCheck.check(backend, model);
        StoreCheck.checkHoldings(backend, model, now);
      } catch (AssertionError differs) {
        first = first == null ? differs : first;
        continue;
      }
      accept(backend, steps, upTo, assumed);
      return model;
    }
    throw new AssertionError("neither with operation " + next + " nor without it", first);
  }

  private void accept(Backend backend, int steps, long upTo, List<String> assumed) {
    long found = backend.versions().serverVersion();
    boolean cleared = steps == 0 && script.isClear(next);
    if (cleared) {
      serverVersion = found;
    } else if (serverVersion != 0) {
      assertThat(found).as("server version").isEqualTo(serverVersion);
    }
    if (upTo == next) {
      unacknowledgedGone++;
      outcomes.add(next + " 0");
    } else {
      unacknowledgedKept++;
      outcomes.clear();
      outcomes.addAll(assumed);
    }
    next++;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    Stamp.asOriginal(to);
  }

  private static void deleteAll(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, seed %d: %d kills, %d of them while opening; %d operations acknowledged and %d"
            + " positions seen by a feed, none lost; of the interrupted operations %d took "
            + "effect, wholly or in whole steps, and %d did not",
        durability,
        seed,
        kills,
        killsWhileOpening,
        acknowledged,
        positionsSeen,
        unacknowledgedKept,
        unacknowledgedGone);
  }
}
