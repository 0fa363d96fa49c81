package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendState;
import io.databroker.api.BackendState.Mode;
import io.databroker.api.BackendState.Reason;
import io.databroker.api.Bytes;
import io.databroker.api.DatabrokerException;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that cannot write reports its state to the host (STATE-2), and acknowledges nothing. */
class StateTest {
  @TempDir Path scratch;

  private OffheapSettings settings(Durability durability) {
    return new OffheapSettings(scratch.resolve("store"), durability, 1_000, 10, 1 << 16);
  }

  private Backend open(Durability durability) {
    return Opening.open(settings(durability), BackendContext.standard());
  }

  private static void put(Backend backend, String id) {
    backend.put(List.of(Write.put("t", id, Bytes.utf8("v"))));
  }

  private static void assertReadOnly(Backend backend, Reason reason) {
    BackendState state = backend.state();
    assertThat(state.mode()).as(state.toString()).isEqualTo(Mode.READ_ONLY);
    assertThat(state.reason()).isEqualTo(reason);
    assertThat(state.detail()).contains("reopen");
    assertThatThrownBy(() -> put(backend, "refused")).isInstanceOf(StorageFailedException.class);
    assertThat(backend.get("t", "a")).as("reading goes on").isNotNull();
  }

  /** A disk with faults. */
  private static final class Disk extends WrappedSpaces {
    volatile IOException writeFailure;
    volatile IOException forceFailure;
    volatile boolean full;

    Disk() {
      super(new Spaces.InMemory());
    }

    private static void fail(IOException failure) throws IOException {
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    Space wrap(Space space) {
      return new WrappedSpace(space) {
        @Override
        public void write(long at, byte[] bytes, int length) throws IOException {
          fail(writeFailure);
          super.write(at, bytes, length);
        }

        @Override
        public void force() throws IOException {
          fail(forceFailure);
          super.force();
        }
      };
    }

    @Override
    public boolean lacksRoom() {
      return full;
    }
  }

  @Test
  void aFailedForceMakesItReadOnly() {
    Disk disk = new Disk();
    try (Backend backend =
        Opening.inSpaces(disk, settings(Durability.DISK), BackendContext.standard())) {
      put(backend, "a");
      assertThat(backend.state()).isEqualTo(BackendState.SERVING);
      disk.forceFailure = new SyncFailedException("Eingabe-/Ausgabefehler");
      assertThatThrownBy(() -> put(backend, "b")).isInstanceOf(DatabrokerException.class);
      disk.forceFailure = null;
      assertReadOnly(backend, Reason.DISK_FAILED);
    }
  }

  @Test
  void aFullDiskDegradesItUntilAWriteFindsRoom() {
    Disk disk = new Disk();
    try (Backend backend =
        Opening.inSpaces(disk, settings(Durability.PROCESS), BackendContext.standard())) {
      put(backend, "a");
      disk.full = true;
      disk.writeFailure = new IOException("Disk quota exceeded, in any language");
      assertThatThrownBy(() -> put(backend, "b")).isInstanceOf(StorageFullException.class);
      assertThat(backend.state().mode()).isEqualTo(Mode.DEGRADED);
      assertThat(backend.state().reason()).isEqualTo(Reason.STORAGE_FULL);
      assertThat(backend.state()).asString().containsOnlyOnce("storage-full").contains("no room");
      disk.writeFailure = null;
      put(backend, "b");
      assertThat(backend.state()).isEqualTo(BackendState.SERVING);
    }
  }

  @Test
  void aDiskThatFailsToWriteDegradesIt() {
    Disk disk = new Disk();
    try (Backend backend =
        Opening.inSpaces(disk, settings(Durability.PROCESS), BackendContext.standard())) {
      put(backend, "a");
      disk.writeFailure = new IOException("No space left on device, says the text");
      assertThatThrownBy(() -> put(backend, "b")).isInstanceOf(StorageFailedException.class);
      assertThat(backend.state().reason()).isEqualTo(Reason.DISK_FAILED);
    }
  }

  private void deleteStore() throws IOException {
    try (Stream<Path> files = Files.list(scratch.resolve("store"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(scratch.resolve("store"));
  }

  @Test
  void nothingIsAcknowledgedInADirectoryThatWasRemoved() throws IOException {
    assertNothingIsAcknowledgedAfter(this::deleteStore);
    assertThat(scratch.resolve("store")).doesNotExist();
  }

  @Test
  void nothingIsAcknowledgedAfterTheSegmentWasRemoved() throws IOException {
    assertNothingIsAcknowledgedAfter(
        () -> Files.delete(StoreTear.segments(scratch.resolve("store")).get(0)));
  }

  @Test
  void nothingIsAcknowledgedAfterTheDirectoryWasMoved() throws IOException {
    assertNothingIsAcknowledgedAfter(
        () -> Files.move(scratch.resolve("store"), scratch.resolve("elsewhere")));
  }

  /** The other store has files of the same names, in another directory or in the same one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsAcknowledgedBesideAnotherStoreOfThatPath(boolean sameDirectory) throws IOException {
    Path store = scratch.resolve("store");
    assertNothingIsAcknowledgedAfter(
        () -> {
          Path copy = StoreTear.copy(store, scratch.resolve("copy"));
          if (sameDirectory) {
            try (Stream<Path> files = Files.list(store)) {
              for (Path file : files.toList()) {
                Files.delete(file);
              }
            }
          } else {
            Files.move(store, scratch.resolve("elsewhere"));
          }
          StoreTear.copy(copy, store);
        });
  }

  /** Does something to a store that is open with {@code durability=disk}. */
  private interface Harm {
    void run() throws IOException;
  }

  private void assertNothingIsAcknowledgedAfter(Harm harm) throws IOException {
    try (Backend backend = open(Durability.DISK)) {
      put(backend, "a");
      harm.run();
      assertThatThrownBy(() -> put(backend, "b"))
          .isInstanceOf(DatabrokerException.class)
          .hasMessageContaining("was removed, replaced or unmounted");
      assertThat(backend.get("t", "b")).isNull();
      assertReadOnly(backend, Reason.DIRECTORY_LOST);
    }
  }

  @ParameterizedTest
  @EnumSource
  void housekeepingNoticesADirectoryThatWasRemoved(Durability durability) throws IOException {
    try (Backend backend = open(durability)) {
      put(backend, "a");
      deleteStore();
      backend.expire();
      assertReadOnly(backend, Reason.DIRECTORY_LOST);
    }
  }

  @ParameterizedTest
  @EnumSource
  void housekeepingNoticesADirectoryThatWasReplaced(Durability durability) throws IOException {
    try (Backend backend = open(durability)) {
      put(backend, "a");
      Files.move(scratch.resolve("store"), scratch.resolve("elsewhere"));
      Files.createDirectory(scratch.resolve("store"));
      assertThatThrownBy(() -> backend.trim(Instant.now()))
          .isInstanceOf(StorageFailedException.class);
      assertReadOnly(backend, Reason.DIRECTORY_LOST);
    }
    assertThat(scratch.resolve("store")).isEmptyDirectory();
  }

  /**
   * Restores an older copy under a store that is still open; the files of the copy have the names
   * that the store would use next.
   */
  @Test
  void aStoreThatTookThePlaceOfTheDirectoryIsLeftAlone() throws IOException {
    Path store = scratch.resolve("store");
    Map<String, Bytes> other;
    try (Backend backend = open(Durability.PROCESS)) {
      put(backend, "a");
      Write large = Write.put("t", "k", Bytes.copyOf(new byte[10_000]));
      for (int i = 0; i < 30; i++) {
        backend.put(List.of(large));
      }
      Files.move(store, scratch.resolve("elsewhere"));
      StoreTear.copy(scratch.resolve("elsewhere"), store);
      for (int order = 1; order < 30; order++) {
        String name = String.format(Locale.ROOT, "%010d.segment", order);
        Files.writeString(store.resolve("journal-" + name), "of another store");
        Files.writeString(store.resolve("compacted-" + name), "of another store");
      }
      other = content(store);
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 30; i++) {
                  backend.put(List.of(large));
                }
              })
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("was removed, replaced or unmounted");
      assertReadOnly(backend, Reason.DIRECTORY_LOST);
      assertThatThrownBy(backend::clear).isInstanceOf(StorageFailedException.class);
      assertThat(content(store)).isEqualTo(other);
    }
    assertThat(content(store)).as("after the close").isEqualTo(other);
  }

  /** A compaction that was under way, and a clear, when the directory was replaced. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void upkeepDeletesNoFilesOfTheStoreThatTookThePlace(boolean clears) throws IOException {
    Path store = scratch.resolve("store");
    try (LogLines log = new LogLines();
        OffheapBackend backend = (OffheapBackend) open(Durability.PROCESS)) {
      for (int i = 0; i < 100; i++) {
        backend.put(List.of(Write.put("t", "k", Bytes.copyOf(new byte[2_000]))));
      }
      backend.trim(Instant.now().plusSeconds(60));
      for (int i = 0; i < 100; i++) {
        backend.put(List.of(Write.put("t", "k", Bytes.copyOf(new byte[2_000]))));
      }
      new Trim(backend.store, Instant.now().plusSeconds(60)).run();
      Files.move(store, scratch.resolve("elsewhere"));
      StoreTear.copy(scratch.resolve("elsewhere"), store);
      Map<String, Bytes> other = content(store);
      if (clears) {
        assertThatThrownBy(backend::clear).isInstanceOf(StorageFailedException.class);
      } else {
        backend.compactor.pass();
        assertThat(log.lines()).anyMatch(line -> line.contains("was removed, replaced"));
      }
      assertThat(content(store)).isEqualTo(other);
    }
  }

  private static Map<String, Bytes> content(Path directory) throws IOException {
    Map<String, Bytes> content = new TreeMap<>();
    for (Path file : StoreFiles.list(directory)) {
      content.put(file.getFileName().toString(), Bytes.copyOf(Files.readAllBytes(file)));
    }
    return content;
  }

  @Test
  void housekeepingNoticesASegmentThatWasRemoved() throws IOException {
    try (Backend backend = open(Durability.PROCESS)) {
      put(backend, "a");
      Files.delete(StoreTear.segments(scratch.resolve("store")).get(0));
      backend.expire();
      assertReadOnly(backend, Reason.DIRECTORY_LOST);
    }
  }

  @Test
  void housekeepingFindsNothingWrongBesideCompactionsAndClears() throws IOException {
    try (Backend backend = open(Durability.PROCESS)) {
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 100; i++) {
          backend.put(List.of(Write.put("t", "k" + i % 7, Bytes.copyOf(new byte[2_000]))));
        }
        backend.expire();
        backend.trim(Instant.now().plusSeconds(60));
        ((OffheapBackend) backend).compactor.pass();
        if (round == 5) {
          backend.clear();
        }
      }
      backend.expire();
      assertThat(backend.state()).isEqualTo(BackendState.SERVING);
    }
  }
}
