package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and links around a store that the store has not made. */
class StrangersFilesTest {
  @TempDir Path scratch;

  private static Backend open(Path directory) {
    return Opening.open(
        new OffheapSettings(directory, Durability.PROCESS, 1_000, 10, 1 << 16),
        BackendContext.standard());
  }

  @Test
  void anOpenDeletesUnfinishedFilesOfItsOwnAlone() throws IOException {
    Path store = scratch.resolve("store");
    try (Backend backend = open(store)) {
      backend.put(List.of(Write.put("t", "id", Bytes.EMPTY)));
    }
    List<Path> own =
        List.of(
            store.resolve(StoreFiles.PROPERTIES + ".new"),
            store.resolve(Control.FILE + ".new"),
            store.resolve("compacted-0000000001.segment.new"));
    List<Path> others =
        List.of(
            store.resolve("notes.new"),
            store.resolve("compacted-1.segment.new.new"),
            store.resolve("directory.new/inside"));
    Files.createDirectory(store.resolve("directory.new"));
    for (Path file : own) {
      Files.writeString(file, "unfinished");
    }
    for (Path file : others) {
      Files.writeString(file, "of a stranger");
    }
    try (Backend backend = open(store)) {
      assertThat(backend.get("t", "id")).isNotNull();
    }
    assertThat(own).allSatisfy(file -> assertThat(file).doesNotExist());
    assertThat(others).allSatisfy(file -> assertThat(file).hasContent("of a stranger"));
  }

  @Test
  void aLinkToADiskThatIsNotMountedIsNamed() throws IOException {
    Path link = scratch.resolve("store");
    Files.createSymbolicLink(link, scratch.resolve("not/mounted"));
    for (Path directory : new Path[] {link, link.resolve("below")}) {
      assertThatThrownBy(() -> open(directory))
          .isInstanceOf(OpenFailedException.class)
          .hasMessageContaining(link + " is not a directory, or is a link that leads nowhere");
    }
    assertThat(StoreFiles.list(scratch)).containsExactly(link);
    Files.createDirectories(scratch.resolve("not/mounted"));
    open(link).close();
  }

  @Test
  void namesOfAllKindsAreTaken() throws IOException {
    for (String name : List.of("with space", "50%41", "a+b", "#", "x".repeat(200))) {
      Path store = scratch.resolve(name).resolve("data");
      try (Backend backend = open(store)) {
        backend.put(List.of(Write.put("t", "id", Bytes.EMPTY)));
      }
      try (Backend backend = open(store)) {
        assertThat(backend.get("t", "id")).as(name).isNotNull();
      }
    }
  }
}
