package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.OpenFailedException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.Space;
import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stores without room, on a failing disk, or in a directory that another store owns. */
class StorageTroubleTest {
  private static final OffheapSettings SMALL =
      new OffheapSettings(null, Durability.PROCESS, 1_000, 1, 1 << 16);

  private static final String FULL = "Auf dem Gerät ist kein Speicherplatz mehr verfügbar";

  @TempDir Path scratch;

  private static List<Write> put(String id, int size) {
    return List.of(Write.put("t", id, Bytes.copyOf(new byte[size])));
  }

  private static int records(Backend backend) {
    int[] count = {0};
    try (Snapshot snapshot = backend.snapshot(Selection.all())) {
      snapshot.records().forEachRemaining(record -> count[0]++);
    }
    return count[0];
  }

  @Test
  void aFullIndexTakesNothingOfABatchAndNamesTheSettings() {
    try (Backend backend = Opening.open(SMALL, BackendContext.standard())) {
      StorageFullException full = null;
      int stored = 0;
      while (full == null) {
        try {
          // A new key and an existing one: neither is written if there is no room for the first.
          backend.put(
              List.of(
                  Write.put("t", "key-" + stored, Bytes.utf8("v")),
                  Write.put("t", "same", Bytes.utf8("v" + stored))));
          stored++;
        } catch (StorageFullException found) {
          full = found;
        }
      }
      assertThat(full).hasMessageContaining("expectedRecords").hasMessageContaining("growth");
      assertThat(stored).isGreaterThan(1_000);
      assertThat(backend.versions().latest()).isEqualTo(2L * stored);
      assertThat(records(backend)).isEqualTo(stored + 1);
      assertThat(backend.get("t", "same").payload()).isEqualTo(Bytes.utf8("v" + (stored - 1)));
      assertThat(backend.get("t", "key-" + stored)).isNull();
      for (int i = 0; i < stored; i++) {
        assertThat(backend.get("t", "key-" + i)).isNotNull();
      }
      // Existing records can be rewritten, and deletes make room.
      backend.put(put("same", 10));
      for (int i = 0; i < 200; i++) {
        backend.put(List.of(Write.delete("t", "key-" + i)));
      }
      for (int i = 0; i < 100; i++) {
        backend.put(put("key-" + i, 10));
      }
      assertThat(records(backend)).isEqualTo(stored + 1 - 100);
    }
  }

  @Test
  void aFullDiskTakesNothingOfABatchAndGoesOnWhenThereIsRoom() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = Opening.inSpaces(spaces, SMALL, BackendContext.standard())) {
      backend.put(put("a", 10));
      spaces.failWrites(FULL);
      Versions before = backend.versions();
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> backend.put(put("b", 300)))
            .isInstanceOf(StorageFullException.class);
        assertThatThrownBy(() -> backend.put(put("b", 1 << 17)))
            .isInstanceOf(StorageFullException.class);
      }
      assertThat(backend.versions()).isEqualTo(before);
      assertThat(backend.get("t", "b")).isNull();
      assertThat(backend.get("t", "a")).isNotNull();
      spaces.failWrites(null);
      backend.put(put("b", 300));
      assertThat(backend.get("t", "b").version()).isEqualTo(2);
      assertThat(records(backend)).isEqualTo(2);
    }
  }

  @Test
  void optionsThatAFullDiskDoesNotTakeChangeNothing() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = Opening.inSpaces(spaces, SMALL, BackendContext.standard())) {
      for (int i = 0; i < 10; i++) {
        backend.put(put("key-" + i, 10));
      }
      TypeOptions four = TypeOptions.NONE.withCapacity(4);
      spaces.failWrites(FULL);
      assertThatThrownBy(() -> backend.setOptions("t", four))
          .isInstanceOf(StorageFullException.class);
      spaces.failWrites(null);
      backend.put(put("another", 10));
      assertThat(backend.options()).isEmpty();
      assertThat(records(backend)).isEqualTo(11);
      backend.setOptions("t", four);
      assertThat(backend.options()).containsEntry("t", four);
      assertThat(records(backend)).isEqualTo(4);
    }
  }

  @Test
  void aDiskThatFailsToWriteIsNotCalledFull() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = Opening.inSpaces(spaces, SMALL, BackendContext.standard())) {
      backend.put(put("a", 10));
      spaces.failWrites("Input/output error");
      assertThatThrownBy(() -> backend.put(put("b", 10)))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("nothing was applied");
      assertThat(backend.get("t", "b")).isNull();
    }
  }

  @Test
  void afterAFailedForceTheOutcomeIsUnknownAndOnlyReadingGoesOn() {
    FailingSpaces spaces = new FailingSpaces();
    OffheapSettings disk = new OffheapSettings(scratch, Durability.DISK, 1_000, 1, 1 << 16);
    try (Backend backend = Opening.inSpaces(spaces, disk, BackendContext.standard())) {
      backend.put(put("a", 10));
      spaces.forceFailure = new IOException("Input/output error");
      assertThatThrownBy(() -> backend.put(put("b", 10)))
          .isInstanceOf(OutcomeUnknownException.class);
      spaces.forceFailure = null;
      assertThatThrownBy(() -> backend.put(put("c", 10)))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("reopen");
      assertThat(backend.get("t", "a")).isNotNull();
      assertThat(backend.get("t", "b")).isNull();
      assertThat(backend.versions().latest()).isEqualTo(1);
      assertThat(records(backend)).isEqualTo(1);
    }
  }

  @Test
  void aDirectoryBelongsToOneBackendAndTheErrorNamesIt() {
    OffheapSettings settings = inDirectory(scratch.resolve("store"));
    try (Backend first = Opening.open(settings, BackendContext.standard())) {
      first.put(put("a", 1));
      assertThatThrownBy(() -> Opening.open(settings, BackendContext.standard()))
          .isInstanceOf(OpenFailedException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
      first.put(put("b", 1));
    }
    try (Backend again = Opening.open(settings, BackendContext.standard())) {
      assertThat(records(again)).isEqualTo(2);
    }
  }

  @Test
  void anOpenThatComesLateLeavesTheStoreThatAnotherHasMadeMeanwhile() {
    OffheapSettings settings = inDirectory(scratch.resolve("store"));
    Properties properties = System.getProperties();
    // An open looks here first to get the lock.
    Properties meanwhile =
        new Properties() {
          @Override
          public synchronized Object putIfAbsent(Object key, Object value) {
            if (key.toString().startsWith("io.databroker.offheap")) {
              System.setProperties(properties);
              try (Backend other = Opening.open(settings, BackendContext.standard())) {
                other.put(StorageTroubleTest.put("acknowledged", 10));
              }
            }
            return properties.putIfAbsent(key, value);
          }
        };
    meanwhile.putAll(properties);
    System.setProperties(meanwhile);
    try (Backend late = Opening.open(settings, BackendContext.standard())) {
      assertThat(System.getProperties()).as("another came first").isSameAs(properties);
      assertThat(late.get("t", "acknowledged")).isNotNull();
    } finally {
      System.setProperties(properties);
    }
  }

  @Test
  void anIndexForWhichThereIsNoMemoryIsRefusedAndLeavesNothing() throws IOException {
    Path directory = scratch.resolve("parent/store");
    Path mine = Files.createDirectory(scratch.resolve("mine"));
    for (Path place : new Path[] {null, directory, mine}) {
      OffheapSettings huge =
          new OffheapSettings(place, Durability.PROCESS, 10_000_000_000L, 100, 1 << 16);
      assertThatThrownBy(() -> Opening.open(huge, BackendContext.standard()))
          .isInstanceOf(OpenFailedException.class)
          .hasMessageContaining("expectedRecords 10000000000 times growth 100");
    }
    assertThat(StoreFiles.list(scratch)).as("new directories").containsExactly(mine);
    assertThat(StoreFiles.list(mine)).isEmpty();
    Opening.open(inDirectory(directory), BackendContext.standard()).close();
  }

  @Test
  void aClearThatFailedIsNoneForALaterOpen() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = Opening.inSpaces(spaces, SMALL, BackendContext.standard())) {
      backend.put(put("a", 10));
      spaces.forceFailure = new IOException("Input/output error");
      assertThatThrownBy(backend::clear).isInstanceOf(StorageFailedException.class);
      assertThat(spaces.lastBeginning).as("of the new history").containsOnly(0);
      spaces.forceFailure = null;
      backend.put(put("b", 10));
      assertThat(records(backend)).isEqualTo(2);
      backend.clear();
      assertThat(records(backend)).isZero();
    }
  }

  @Test
  void aClearThatAnErrorEndsIsNoneAndWritingGoesOn() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = Opening.inSpaces(spaces, SMALL, BackendContext.standard())) {
      backend.put(put("a", 10));
      spaces.forceFailure = new OutOfMemoryError("unable to create native thread");
      assertThatThrownBy(backend::clear).isSameAs(spaces.forceFailure);
      assertThat(spaces.lastBeginning).as("of the new history").containsOnly(0);
      spaces.forceFailure = null;
      backend.put(put("b", 10));
      assertThat(records(backend)).isEqualTo(2);
    }
  }

  static Stream<Throwable> failures() {
    return Stream.of(new IOException("Input/output error"), new OutOfMemoryError("no memory"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aClearThatCanNeitherBeDoneNorTakenBackEndsTheWriting(Throwable failure) {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = Opening.inSpaces(spaces, SMALL, BackendContext.standard())) {
      backend.put(put("a", 10));
      spaces.forceFailure = failure;
      spaces.failTakingBack = true;
      assertThatThrownBy(backend::clear).isNotNull();
      spaces.forceFailure = null;
      assertThatThrownBy(() -> backend.put(put("b", 10)))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("reopen");
      assertThat(records(backend)).isEqualTo(1);
    }
  }

  /** A failed directory fsync may have lost other names, and the disk reports it only once. */
  @Test
  void aClearThatHearsOfAFailingDiskEndsTheWriting() {
    FailingSpaces spaces = new FailingSpaces();
    try (Backend backend = Opening.inSpaces(spaces, SMALL, BackendContext.standard())) {
      backend.put(put("a", 10));
      spaces.forceFailure = new SyncFailedException("Input/output error");
      assertThatThrownBy(backend::clear).isInstanceOf(StorageFailedException.class);
      spaces.forceFailure = null;
      assertThatThrownBy(() -> backend.put(put("b", 10)))
          .isInstanceOf(StorageFailedException.class)
          .hasMessageContaining("reopen");
      assertThat(records(backend)).isEqualTo(1);
    }
  }

  private static OffheapSettings inDirectory(Path directory) {
    return new OffheapSettings(directory, Durability.PROCESS, 1_000, 1, 1 << 16);
  }

  @Test
  void aDirectoryOfSomethingElseIsRefusedAndLeftAsItIs() throws IOException {
    Files.writeString(scratch.resolve("letter.txt"), "dear");
    assertThatThrownBy(() -> Opening.open(inDirectory(scratch), BackendContext.standard()))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("letter.txt");
    assertThat(scratch).isDirectoryContaining("glob:**letter.txt");
    assertThat(StoreFiles.list(scratch)).hasSize(1);
  }

  @Test
  void aFileInThePlaceOfTheDirectoryIsRefused() throws IOException {
    Path file = Files.writeString(scratch.resolve("file"), "");
    assertThatThrownBy(() -> Opening.open(inDirectory(file), BackendContext.standard()))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("not a directory");
    Path below = file.resolve("a").resolve("b");
    assertThatThrownBy(() -> Opening.open(inDirectory(below), BackendContext.standard()))
        .isInstanceOf(OpenFailedException.class);
  }

  @Test
  void anotherFormatIsRefusedByName() throws IOException {
    OffheapSettings settings = inDirectory(scratch.resolve("store"));
    Opening.open(settings, BackendContext.standard()).close();
    Path file = scratch.resolve("store").resolve(StoreFiles.PROPERTIES);
    Files.writeString(file, Files.readString(file).replace("format=1", "format=99"));
    assertThatThrownBy(() -> Opening.open(settings, BackendContext.standard()))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("99")
        .hasMessageContaining(file.toString());
  }

  @Test
  void capacitySettingsTakeEffectAtEachOpen() {
    Path directory = scratch.resolve("store");
    OffheapSettings large = new OffheapSettings(directory, Durability.PROCESS, 20_000, 1, 1 << 16);
    try (Backend backend = Opening.open(large, BackendContext.standard())) {
      for (int i = 0; i < 20_000; i++) {
        backend.put(put("key-" + i, 1));
      }
    }
    assertThatThrownBy(() -> Opening.open(inDirectory(directory), BackendContext.standard()))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageContaining("expectedRecords 1000");
    try (Backend backend = Opening.open(large, BackendContext.standard())) {
      assertThat(records(backend)).isEqualTo(20_000);
    }
  }

  /** Memory that fails like a disk. */
  private static final class FailingSpaces extends WrappedSpaces {
    private volatile String failure;
    volatile Throwable forceFailure;
    volatile boolean failTakingBack;

    /** Returns the last header written to a segment. */
    byte[] lastBeginning = {};

    final AtomicInteger made = new AtomicInteger();

    FailingSpaces() {
      super(new Spaces.InMemory());
    }

    void failWrites(String message) {
      failure = message;
    }

    @Override
    public boolean lacksRoom() {
      return FULL.equals(failure);
    }

    @Override
    Space wrap(Space space) {
      made.incrementAndGet();
      return new Failing(space);
    }

    private final class Failing extends WrappedSpace {
      Failing(Space space) {
        super(space);
      }

      @Override
      public void write(long at, byte[] bytes, int length) throws IOException {
        String message = failure;
        if (message != null) {
          throw new IOException(message);
        }
        if (failTakingBack && bytes[0] == 0) {
          fail();
        }
        super.write(at, bytes, length);
        lastBeginning = at == 0 ? bytes.clone() : lastBeginning;
      }

      @Override
      public void force() throws IOException {
        fail();
        super.force();
      }

      @Override
      public void delete() throws IOException {
        fail();
        super.delete();
      }

      private void fail() throws IOException {
        Throwable now = forceFailure;
        if (now instanceof IOException failing) {
          throw failing;
        }
        if (now instanceof Error error) {
          throw error;
        }
      }

      @Override
      public String name() {
        return "a failing disk";
      }
    }
  }
}
