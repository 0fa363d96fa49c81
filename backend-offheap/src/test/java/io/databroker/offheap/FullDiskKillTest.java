package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills writers while their disk is full, on a tmpfs, which only root can mount. {@code
 * -Ddatabroker.offheap.fullKills=100} kills 100 times for each durability.
 */
@Tag("slow")
class FullDiskKillTest {
  private static final int KILLS = Integer.getInteger("databroker.offheap.fullKills", 4);
  private static final int DELETED = 20;

  @TempDir Path scratch;
  private Path disk;
  private final Set<Long> live = new TreeSet<>();
  private long next;
  private int acknowledged;

  /** The last version that a feed of the last child has delivered. */
  private long seen;

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException none) {
      return false;
    }
  }

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    disk = Files.createDirectory(scratch.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk.toString()),
        "a tmpfs cannot be mounted here (only root can); FullDiskTest injects the fault instead");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", "-l", disk.toString());
  }

  @ParameterizedTest
  @EnumSource
  void whatWasAcknowledgedSurvivesAKillOnAFullDisk(Durability durability)
      throws IOException, InterruptedException {
    Random random = new Random(KILLS);
    int refused = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      refused += fillAndKill(durability, random);
      check(durability, kill % 3 == 0);
    }
    assertThat(refused).as("writes that found the disk full").isGreaterThan(KILLS);
    System.out.printf(
        Locale.ROOT,
        "%s: %d kills on a full disk, %d writes refused as full, none of %d acknowledged lost%n",
        durability,
        KILLS,
        refused,
        acknowledged);
  }

  /** Returns the number of writes of the child that failed with storage-full. */
  private int fillAndKill(Durability durability, Random random)
      throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                ChildJvm.command(
                    FullDiskChild.class,
                    disk.resolve("store").toString(),
                    durability.name(),
                    Long.toString(next)))
            .redirectError(scratch.resolve("errors").toFile())
            .start();
    List<String> lines = new ArrayList<>();
    int full = 0;
    int enough = 1 + random.nextInt(20);
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        lines.add(line);
        full += line.equals("full.") ? 1 : 0;
        if (full == enough) {
          child.toHandle().destroyForcibly(); // which leaves the stream open
        }
      }
    }
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(scratch.resolve("errors"))).doesNotContain("Exception", "Error");
    assertThat(lines)
        .as("it opened: %s", Files.readString(scratch.resolve("errors")))
        .contains("open.");
    assertThat(full).isPositive();
    for (String line : lines) {
      if (line.matches("\\d+\\.")) {
        long number = Long.parseLong(line.substring(0, line.length() - 1));
        live.add(number);
        acknowledged++;
        next = number + 1;
      } else if (line.matches("seen \\d+\\.")) {
        seen = Long.parseLong(line.substring(5, line.length() - 1));
      }
    }
    next += 10_000; // after the rejected writes and the interrupted one
    return full;
  }

  private void check(Durability durability, boolean makeRoom) throws IOException {
    assertThat(Files.getFileStore(disk).getUsableSpace()).as("room").isLessThan(1 << 20);
    try (Backend backend =
        Opening.open(
            FullDiskChild.settings(disk.resolve("store"), durability), BackendContext.standard())) {
      for (long number : live) {
        StoredRecord found = backend.get("t", "k" + number);
        assertThat(found).as("k%d", number).isNotNull();
        assertThat(found.payload()).isEqualTo(FullDiskChild.payload(number));
      }
      assertThat(told(backend)).isEqualTo(backend.versions().latest());
      assertThat(seen).as("last seen by a feed").isLessThanOrEqualTo(backend.versions().latest());
      int wanted = makeRoom ? live.size() * 3 / 4 : DELETED;
      for (long number : List.copyOf(live).subList(0, Math.min(wanted, live.size()))) {
        backend.put(List.of(Write.delete("t", "k" + number)));
        live.remove(number);
      }
      if (makeRoom) {
        backend.trim(Instant.now().plusSeconds(3_600));
        ((OffheapBackend) backend).compactor.pass();
        backend.trim(Instant.now());
        assertThat(Files.getFileStore(disk).getUsableSpace())
            .as("room that the store itself has freed")
            .isGreaterThan(1 << 20);
      }
    }
  }

  /** Returns the last version in a feed from the beginning. */
  private static long told(Backend backend) {
    long last = backend.versions().earliest() - 1;
    try (ChangeFeed feed = backend.changes(backend.versions().begin(), null)) {
      for (Changes changes = feed.poll(); changes != null; changes = feed.poll()) {
        last = changes.position().version();
      }
    }
    return last;
  }
}
