package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Uptime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Opens of a journal with a gap in the middle. */
class TornMiddleTest {
  private static final long BOOT = 7;
  private static final long LATER = 9;

  @TempDir Path scratch;

  private Path killed;

  @BeforeEach
  void killAStoreOfSeveralSegments() throws IOException {
    Path directory = scratch.resolve("store");
    try (Backend backend = open(directory, BOOT)) {
      for (int i = 0; i < 100; i++) {
        put(backend, "key-" + i);
      }
      killed = StoreTear.copy(directory, scratch.resolve("killed"));
    }
    assertThat(StoreTear.segments(killed)).hasSizeGreaterThan(4);
  }

  private static Backend open(Path directory, long boot) {
    OffheapSettings settings = new OffheapSettings(directory, Durability.PROCESS, 1_000, 10, 4096);
    return Opening.inDirectory(
        directory, settings, BackendContext.standard(), new Uptime(boot, () -> 0));
  }

  private static void put(Backend backend, String id) {
    backend.put(List.of(Write.put("t", id, Bytes.copyOf(new byte[100]))));
  }

  /** The rest of a segment, from its sixth frame on. */
  private Path blankRest(int segment) throws IOException {
    Path file = StoreTear.segments(killed).get(segment);
    StoreTear.blank(file, StoreTear.frames(file).get(5), Files.size(file));
    return file;
  }

  @Test
  void zerosBeforeTheMarkAreDamageAndNothingBehindThemIsDeleted() throws IOException {
    Path middle = StoreTear.segments(killed).get(1);
    long at = StoreTear.frames(middle).get(3);
    StoreTear.blank(middle, at, at + Integer.BYTES);
    List<Path> before = StoreTear.segments(killed);
    assertThatThrownBy(() -> open(killed, BOOT))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining(middle.getFileName() + " is damaged at offset " + at);
    assertThat(StoreTear.segments(killed)).isEqualTo(before);
  }

  @Test
  void whatWasCutInTheMiddleOpensAgainWithWhatWasWrittenSince() throws IOException {
    blankRest(2);
    try (Backend backend = open(killed, LATER)) {
      assertThat(backend.versions().latest()).isBetween(1L, 99L);
      assertThat(backend.get("t", "key-0")).isNotNull();
      put(backend, "since");
    }
    try (Backend backend = open(killed, LATER)) {
      assertThat(backend.get("t", "key-0")).isNotNull();
      assertThat(backend.get("t", "since")).isNotNull();
    }
  }

  /** A kill between two deletes must leave no gap, which the next open would take for damage. */
  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      disabledReason = "on other systems a watch does not report " + "the order")
  void whatLiesBehindACutIsDeletedFromTheEnd() throws Exception {
    blankRest(1);
    List<String> behind = new ArrayList<>();
    for (Path segment : StoreTear.segments(killed).subList(2, StoreTear.segments(killed).size())) {
      behind.add(0, segment.getFileName().toString());
    }
    List<String> deleted = new ArrayList<>();
    try (WatchService watch = killed.getFileSystem().newWatchService()) {
      killed.register(watch, StandardWatchEventKinds.ENTRY_DELETE);
      open(killed, LATER).close();
      while (!deleted.containsAll(behind)) {
        WatchKey key = watch.poll(30, TimeUnit.SECONDS);
        assertThat(key).as("deleted: %s of %s", deleted, behind).isNotNull();
        key.pollEvents().forEach(event -> deleted.add(event.context().toString()));
        key.reset();
      }
    }
    deleted.retainAll(behind);
    assertThat(deleted).isEqualTo(behind);
  }
}
