package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Position;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy by hard links, as {@code cp -al} and some backup programs make it (VER-8). */
class HardLinksTest {
  @TempDir Path scratch;

  private Path store;
  private Path linked;
  private Position followed;

  private static Backend open(Path directory) {
    return Opening.open(
        new OffheapSettings(directory, Durability.PROCESS, 1_000, 10, 4096),
        BackendContext.standard());
  }

  private static void put(Backend backend, String id) {
    backend.put(List.of(Write.put("t", id, Bytes.copyOf(new byte[100]))));
  }

  @BeforeEach
  void link() throws IOException {
    store = scratch.resolve("store");
    linked = Files.createDirectory(scratch.resolve("linked"));
    try (Backend backend = open(store)) {
      IntStream.range(0, 60).forEach(i -> put(backend, "k" + i));
      followed = backend.versions().end();
    }
    for (Path file : StoreFiles.list(store)) {
      Files.createLink(linked.resolve(file.getFileName()), file);
    }
  }

  @Test
  void theOriginalContinuesAndTheCopyKeepsItsContent() {
    try (Backend backend = open(store)) {
      assertThat(backend.versions().end()).isEqualTo(followed);
      put(backend, "of the original");
    }
    try (Backend copy = open(linked)) {
      assertThat(copy.versions().serverVersion()).isNotEqualTo(followed.serverVersion());
      assertThat(copy.versions().latest()).isEqualTo(followed.version());
      assertThat(copy.get("t", "of the original")).isNull();
    }
  }

  private static void delete(Path directory) throws IOException {
    for (Path file : StoreFiles.list(directory)) {
      Files.delete(file);
    }
    Files.delete(directory);
  }

  /** After the original is gone, no file of the copy has another link. */
  @Test
  void anOlderCopyThatTakesThePlaceOfTheOriginalIsAnotherHistory() throws IOException {
    Position seen;
    try (Backend backend = open(store)) {
      put(backend, "of the original");
      seen = backend.versions().end();
    }
    delete(store);
    Files.move(linked, store);
    try (Backend backend = open(store)) {
      assertThat(backend.versions().serverVersion()).isNotEqualTo(seen.serverVersion());
      assertThat(backend.versions().latest()).isEqualTo(followed.version());
    }
  }

  /**
   * The directory keeps its inode, and the files match the inodes that {@code store.properties}
   * notes.
   */
  @Test
  void olderLinksPutBackIntoTheDirectoryAreAnotherHistory() throws IOException {
    for (int i = 0; i < 3; i++) {
      try (Backend backend = open(store)) {
        put(backend, "of the original " + i);
      }
    }
    for (Path file : StoreFiles.list(store)) {
      Files.delete(file);
    }
    for (Path file : StoreFiles.list(linked)) {
      Files.move(file, store.resolve(file.getFileName()));
    }
    try (Backend backend = open(store)) {
      assertThat(backend.versions().serverVersion()).isNotEqualTo(followed.serverVersion());
      assertThat(backend.versions().latest()).isEqualTo(followed.version());
    }
  }

  @Test
  void aCopyInThePlaceOfAnOriginalThatHasNotContinuedGoesOn() throws IOException {
    delete(store);
    Files.move(linked, store);
    try (Backend backend = open(store)) {
      assertThat(backend.versions().end()).isEqualTo(followed);
    }
  }

  @Test
  void aCopyThatIsOpenedFirstChangesNothingOfTheOriginal() {
    Versions begun;
    try (Backend copy = open(linked)) {
      assertThat(copy.versions().serverVersion()).isNotEqualTo(followed.serverVersion());
      IntStream.range(0, 60).forEach(i -> put(copy, "of the copy " + i));
      begun = copy.versions();
    }
    try (Backend backend = open(store)) {
      assertThat(backend.versions().end()).isEqualTo(followed);
      assertThat(backend.get("t", "of the copy 0")).isNull();
      assertThat(backend.get("t", "k59")).isNotNull();
      put(backend, "of the original");
    }
    try (Backend copy = open(linked)) {
      assertThat(copy.versions()).as("a second open").isEqualTo(begun);
      assertThat(copy.get("t", "of the original")).isNull();
    }
  }
}
