package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Position;
import io.databroker.api.Write;
import io.databroker.offheap.directory.StoreProperties;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A copy of a store begins a new history (VER-6); a moved one continues its own. */
class CopyTest {
  @TempDir Path scratch;

  private static Backend open(Path directory, Durability durability) {
    return Opening.open(
        new OffheapSettings(directory, durability, 1_000, 10, 1 << 16), BackendContext.standard());
  }

  private static void put(Backend backend, String id) {
    backend.put(List.of(Write.put("t", id, Bytes.utf8(id))));
  }

  /** Copies the files, into existing files where there are any. */
  private static Path copy(Path from, Path to, CopyOption... options) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(file.getFileName());
        if (Files.exists(target)) {
          Files.write(target, Files.readAllBytes(file)); // the inode stays
          Files.setLastModifiedTime(target, Files.getLastModifiedTime(file));
        } else {
          Files.copy(file, target, options);
        }
      }
    }
    return to;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private static void assertReplaced(Backend backend, Position followed) {
    assertThat(backend.versions().serverVersion()).isNotEqualTo(followed.serverVersion());
    assertThatThrownBy(() -> backend.changes(followed, null))
        .isInstanceOf(HistoryReplacedException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aCopyOfARunningStoreIsAnotherHistory(Durability durability) throws IOException {
    Path store = scratch.resolve("store");
    try (Backend backend = open(store, durability)) {
      put(backend, "a");
      Position followed = backend.versions().end();
      long token = backend.acquireLease("leader", Duration.ofHours(1)).token();
      Path copied = copy(store, scratch.resolve("copy"), StandardCopyOption.COPY_ATTRIBUTES);
      put(backend, "b");
      long begun;
      try (Backend copy = open(copied, durability)) {
        assertReplaced(copy, followed);
        assertThat(copy.get("t", "a")).isNotNull();
        put(copy, "c");
        assertThat(copy.versions().latest()).isEqualTo(2);
        assertThat(copy.acquireLease("other", Duration.ofHours(1)).token())
            .as("a token that the original store has not granted")
            .isGreaterThan(token + 1_000_000);
        begun = copy.versions().serverVersion();
      }
      try (Backend copy = open(copied, durability)) {
        assertThat(copy.versions().serverVersion()).as("a second open").isEqualTo(begun);
        assertThat(copy.get("t", "c")).isNotNull();
      }
      assertThat(backend.versions().serverVersion()).isEqualTo(followed.serverVersion());
    }
  }

  @Test
  void anOlderCopyThatTakesThePlaceOfTheStoreIsAnotherHistory() throws IOException {
    Path store = scratch.resolve("store");
    Path backup = scratch.resolve("backup");
    Position followed;
    try (Backend backend = open(store, Durability.PROCESS)) {
      put(backend, "a");
    }
    copy(store, backup, StandardCopyOption.COPY_ATTRIBUTES);
    try (Backend backend = open(store, Durability.PROCESS)) {
      put(backend, "b");
      followed = backend.versions().end();
    }
    delete(store);
    copy(backup, store, StandardCopyOption.COPY_ATTRIBUTES);
    try (Backend backend = open(store, Durability.PROCESS)) {
      assertReplaced(backend, followed);
      assertThat(backend.get("t", "b")).isNull();
    }
  }

  /** Overwrites a file in place, as {@code rsync --inplace} and {@code cp} do. */
  @Test
  void anOlderCopyWrittenIntoTheSameInodesIsAnotherHistory() throws IOException {
    Path store = scratch.resolve("store");
    Path backup = scratch.resolve("backup");
    Position followed;
    try (Backend backend = open(store, Durability.PROCESS)) {
      put(backend, "a");
    }
    copy(store, backup, StandardCopyOption.COPY_ATTRIBUTES);
    try (Backend backend = open(store, Durability.PROCESS)) {
      put(backend, "b");
      followed = backend.versions().end();
    }
    copy(backup, store);
    try (Backend backend = open(store, Durability.PROCESS)) {
      assertReplaced(backend, followed);
    }
  }

  @Test
  void aMoveAndTouchedFilesChangeNothing() throws IOException {
    Path store = scratch.resolve("store");
    Position followed;
    try (Backend backend = open(store, Durability.PROCESS)) {
      put(backend, "a");
      followed = backend.versions().end();
    }
    Path moved = Files.move(store, scratch.resolve("moved"));
    Path properties = moved.resolve(StoreProperties.FILE);
    Files.setLastModifiedTime(
        properties, java.nio.file.attribute.FileTime.fromMillis(1_000_000_000_000L));
    for (int i = 0; i < 3; i++) {
      try (Backend backend = open(moved, Durability.PROCESS)) {
        assertThat(backend.versions().end()).isEqualTo(followed);
      }
    }
  }

  @Test
  void aStoreOfAnEarlyVersionIsTakenForTheOriginal() throws IOException {
    Path store = scratch.resolve("store");
    Position followed;
    try (Backend backend = open(store, Durability.PROCESS)) {
      put(backend, "a");
      followed = backend.versions().end();
    }
    Path properties = store.resolve(StoreProperties.FILE);
    String early = Files.readString(properties).replaceAll("(?m)^(generation|identity)=.*\\n", "");
    Files.writeString(properties, early);
    try (Backend backend = open(store, Durability.PROCESS)) {
      assertThat(backend.versions().end()).isEqualTo(followed);
    }
    assertThat(Files.readString(properties)).contains("generation=1\n");
  }

  /**
   * Marks a copy that the backend cannot recognise, such as one of a whole disk or container image.
   */
  @Test
  void anOperatorCanDeclareACopy() throws IOException {
    Path store = scratch.resolve("store");
    Position followed;
    try (Backend backend = open(store, Durability.PROCESS)) {
      put(backend, "a");
      followed = backend.versions().end();
    }
    Path properties = store.resolve(StoreProperties.FILE);
    Files.writeString(
        properties, Files.readString(properties).replaceAll("identity=.*", "identity=copy"));
    try (Backend backend = open(store, Durability.PROCESS)) {
      assertReplaced(backend, followed);
    }
  }

  /** The clock of a file system ticks every few milliseconds. */
  @Test
  void aCopyIsRecognisedHoweverSoonItIsMade() throws IOException {
    Path copied = scratch.resolve("copy");
    Files.createDirectory(copied);
    for (int i = 0; i < 20; i++) {
      StoreProperties properties = StoreProperties.ofNew(1).writeNext(scratch, "");
      Path copy = copied.resolve(StoreProperties.FILE);
      Files.deleteIfExists(copy);
      Files.copy(scratch.resolve(StoreProperties.FILE), copy);
      assertThat(properties.isCopy(scratch)).isFalse();
      assertThat(properties.isCopy(copied)).isTrue();
    }
  }

  @Test
  void aCopyWithFilesOfDifferentMomentsSaysThatItIsACopy() throws IOException {
    Path store = scratch.resolve("store");
    Path copied = scratch.resolve("copy");
    try (Backend backend = open(store, Durability.PROCESS)) {
      put(backend, "a");
      copy(store, copied);
    }
    Path control = copied.resolve("control");
    Files.write(control, new byte[(int) Files.size(control)]);
    assertThatThrownBy(() -> open(copied, Durability.PROCESS))
        .isInstanceOf(OpenFailedException.class)
        .hasMessageStartingWith("open-failed: directory " + copied + " is a copy")
        .hasMessageContaining("control is damaged at offset 0")
        .hasMessageEndingWith("or use \"databroker backup\"");
  }

  @Test
  void theGenerationCountsTheOpens() throws IOException {
    Path store = scratch.resolve("store");
    for (int i = 1; i <= 3; i++) {
      open(store, Durability.PROCESS).close();
      assertThat(Files.readString(store.resolve(StoreProperties.FILE)))
          .contains(String.format(Locale.ROOT, "generation=%d\n", i));
    }
  }
}
