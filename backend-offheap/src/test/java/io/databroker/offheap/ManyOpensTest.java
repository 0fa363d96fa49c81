package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Write;
import io.databroker.offheap.directory.Stamp;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.StoreFiles;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An open leaves no file, handle, mapping or thread behind, and neither does a close. */
class ManyOpensTest {
  @TempDir Path scratch;

  private static Backend open(Path directory, Durability durability) {
    return Opening.open(
        new OffheapSettings(directory, durability, 1_000, 10, 1 << 16), BackendContext.standard());
  }

  private static void put(Backend backend, String id) {
    backend.put(List.of(Write.put("t", id, Bytes.utf8("v"))));
  }

  private static int count(String directory) {
    String[] entries = new File(directory).list();
    return entries == null ? 0 : entries.length; // only Linux provides this
  }

  private static long mappings() throws IOException {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.exists(maps)) {
      return 0;
    }
    return Files.readAllLines(maps).stream().filter(line -> line.contains(".segment")).count();
  }

  /** Returns the threads of off-heap backends, except those that end by themselves. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("databroker-offheap"))
        .filter(thread -> !thread.getName().endsWith("-wake"))
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @EnumSource
  void openingAndClosingLeavesNothing(Durability durability) throws IOException {
    Path store = scratch.resolve("store");
    try (Backend backend = open(store, durability)) {
      put(backend, "a");
    }
    open(store, durability).close();
    List<Path> files = StoreFiles.list(store);
    int handles = count("/proc/self/fd");
    long mappings = mappings();
    Set<Thread> threads = threads();
    for (int i = 0; i < 60; i++) {
      open(store, durability).close();
    }
    assertThat(StoreFiles.list(store)).isEqualTo(files);
    assertThat(count("/proc/self/fd")).isLessThan(handles + 20);
    assertThat(mappings()).isEqualTo(mappings);
    assertThat(threads()).isSubsetOf(threads);
  }

  @Test
  void failedOpensLeaveNothing() throws IOException {
    Path store = scratch.resolve("store");
    try (Backend backend = open(store, Durability.PROCESS)) {
      for (int i = 0; i < 20; i++) {
        backend.put(List.of(Write.put("t", "k" + i, Bytes.copyOf(new byte[10_000]))));
      }
    }
    Path last = StoreTear.segments(store).get(StoreTear.segments(store).size() - 1);
    long damaged = StoreTear.frames(last).get(1) + 100;
    Flips.flip(last, damaged, 0);
    List<Path> files = StoreFiles.list(store);
    int handles = 0;
    long mappings = 0;
    Set<Object> properties = Set.of();
    Set<Thread> threads = Set.of();
    for (int i = 0; i < 60; i++) {
      assertThatThrownBy(() -> open(store, Durability.PROCESS))
          .isInstanceOf(OpenFailedException.class)
          .hasMessageContaining(last + " is damaged at offset ");
      if (i == 10) {
        handles = count("/proc/self/fd");
        mappings = mappings();
        properties = Set.copyOf(System.getProperties().keySet());
        threads = threads();
      }
    }
    assertThat(StoreFiles.list(store)).isEqualTo(files);
    assertThat(count("/proc/self/fd")).isLessThan(handles + 20);
    assertThat(mappings()).isEqualTo(mappings);
    assertThat(System.getProperties().keySet()).isEqualTo(properties);
    assertThat(threads()).isSubsetOf(threads);
    Flips.flip(last, damaged, 0);
    try (Backend backend = open(store, Durability.PROCESS)) {
      assertThat(backend.get("t", "k19")).isNotNull();
    }
  }

  /** Opens in a process with a limit of 256 open files, some of which the JVM needs itself. */
  @Test
  void fewFileHandlesAreEnoughForAnyNumberOfOpens() throws Exception {
    List<String> child =
        ChildJvm.command(ManyOpensChild.class, scratch.resolve("store").toString(), "DISK", "400");
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n 256 && exec \"$0\" \"$@\""));
    command.addAll(child);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
    assertThat(said).contains("400 opens");
  }

  /**
   * A process opens the store, writes once and is killed, again and again. Each open continues with
   * the files of the previous one.
   */
  @ParameterizedTest
  @EnumSource
  void aCrashLoopCollectsNoFiles(Durability durability) throws IOException {
    Path store = scratch.resolve("store-0");
    for (int life = 1; life <= 30; life++) {
      Path killed = scratch.resolve("store-" + life);
      try (Backend backend = open(store, durability)) {
        put(backend, "k" + life);
        StoreTear.copy(store, killed);
        Stamp.asOriginal(killed);
      }
      store = killed;
    }
    assertThat(StoreTear.segments(store)).hasSize(1);
    try (Backend backend = open(store, durability)) {
      for (int life = 1; life <= 30; life++) {
        assertThat(backend.get("t", "k" + life)).isNotNull();
      }
      assertThat(backend.versions().latest()).isEqualTo(30);
    }
  }

  @Test
  void aSecondCloseReturnsWhenAllIsClosed() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    OffheapSettings settings = new OffheapSettings(null, Durability.PROCESS, 1_000, 10, 1 << 16);
    OffheapBackend opened =
        (OffheapBackend)
            Opening.inSpaces(new Spaces.InMemory(), settings, BackendContext.standard());
    OffheapBackend backend =
        new OffheapBackend(
            opened.store,
            opened.compactor,
            () -> {
              closing.countDown();
              try {
                assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              } finally {
                opened.store.free();
              }
            });
    Thread first = new Thread(backend::close, "first-close");
    first.start();
    assertThat(closing.await(30, TimeUnit.SECONDS)).isTrue();
    Thread second = new Thread(backend::close, "second-close");
    second.start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (second.getState() != Thread.State.WAITING && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(second.getState()).isEqualTo(Thread.State.WAITING);
    goOn.countDown();
    first.join(TimeUnit.SECONDS.toMillis(30));
    second.join(TimeUnit.SECONDS.toMillis(30));
    assertThat(second.isAlive()).isFalse();
  }

  @Test
  void closesByManyThreadsAllowAnImmediateReopenByEach() throws Exception {
    Path store = scratch.resolve("store");
    for (int round = 0; round < 5; round++) {
      Backend backend = open(store, Durability.DISK);
      put(backend, "r" + round);
      Thread other = new Thread(backend::close, "other-close");
      other.start();
      backend.close();
      open(store, Durability.DISK).close();
      other.join(TimeUnit.SECONDS.toMillis(30));
      assertThat(other.isAlive()).isFalse();
    }
  }
}
