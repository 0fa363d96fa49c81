package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only the owner may read the files of a store, unless the operator has made its directory. */
class DirectoryRightsTest {
  @TempDir Path scratch;

  private static String rightsAfterOpen(Path directory) throws IOException {
    OffheapSettings settings =
        new OffheapSettings(directory, Durability.PROCESS, 1_000, 10, 1 << 16);
    Opening.open(settings, BackendContext.standard()).close();
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
  }

  @Test
  void aNewDirectoryIsForItsOwner() throws Exception {
    Path other = Files.createDirectory(scratch.resolve("other"));
    Path above = scratch.resolve("above");
    assertThat(rightsAfterOpen(above.resolve("store"))).isEqualTo("rwx------");
    assertThat(Files.getPosixFilePermissions(above))
        .isEqualTo(Files.getPosixFilePermissions(other));
  }

  @Test
  void aDirectoryOfTheOperatorKeepsItsRights() throws Exception {
    Path made = Files.createDirectory(scratch.resolve("store"));
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-x---"));
    assertThat(rightsAfterOpen(made)).isEqualTo("rwxr-x---");
  }
}
