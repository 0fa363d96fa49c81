package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.databroker.api.BackendContext;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that no open accepts: a check finds them, and changes nothing. */
class OffheapProviderTest {
  private static final long HEAP = Runtime.getRuntime().maxMemory();

  private final OffheapProvider provider = new OffheapProvider();

  @TempDir Path scratch;

  private void assertRefused(Settings settings, String... words) {
    List<ThrowingCallable> calls =
        List.of(
            () -> provider.check(settings),
            () -> provider.open(settings, BackendContext.standard()));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(OpenFailedException.class)
          .hasMessageContainingAll(words);
    }
  }

  private static Settings in(Path directory) {
    return Settings.builder().set(OffheapSettings.DIRECTORY, directory).build();
  }

  @Test
  void durabilityOnDiskNeedsADirectory() {
    Settings.Builder settings = Settings.builder().set(OffheapSettings.DURABILITY, Durability.DISK);
    assertRefused(settings.build(), "durability is disk", "set directory");
    provider.check(settings.set(OffheapSettings.DIRECTORY, scratch).build());
  }

  @Test
  void aFileOrALinkThatLeadsNowhereIsNoDirectory() throws IOException {
    Path file = Files.writeString(scratch.resolve("file"), "mine");
    Path link = Files.createSymbolicLink(scratch.resolve("link"), scratch.resolve("nowhere"));
    for (Path wrong : List.of(file, link)) {
      for (Path directory : List.of(wrong, wrong.resolve("a/b"))) {
        assertRefused(
            in(directory),
            "cannot open directory " + directory + ": " + wrong + " is not a directory",
            "; give another directory");
      }
    }
    assertThat(file).hasContent("mine");
    assertThat(scratch).isDirectoryNotContaining("glob:**nowhere");
  }

  /** The file system of processes takes no new directories, whoever asks. */
  @Test
  void aFileSystemThatTakesNoDirectoriesIsNamedAsSuch() {
    Path processes = Path.of("/proc");
    assumeThat(processes.resolve("self")).exists();
    for (Path directory : List.of(processes.resolve("nope"), processes.resolve("nope/store"))) {
      assertThatThrownBy(() -> provider.open(in(directory), BackendContext.standard()))
          .isInstanceOf(OpenFailedException.class)
          .hasMessage(
              "open-failed: cannot open directory "
                  + directory
                  + ": the file system of /proc takes no new directories; give a directory"
                  + " elsewhere");
    }
  }

  @Test
  void aCheckMakesNoDirectory() throws IOException {
    Path store = Files.createDirectory(scratch.resolve("store"));
    Path link = Files.createSymbolicLink(scratch.resolve("link"), store);
    for (Path directory : List.of(store, link, link.resolve("a"), scratch.resolve("b/c"))) {
      provider.check(in(directory));
    }
    provider.check(in(Path.of("a-directory-that-nobody-has-made")));
    assertThat(store).isEmptyDirectory();
    assertThat(scratch.resolve("b")).doesNotExist();
    assertThat(Path.of("a-directory-that-nobody-has-made")).doesNotExist();
  }

  @Test
  void aCacheTooSmallForCopiesOrBeyondHalfOfTheHeapIsRefused() {
    for (long bytes : new long[] {1, 1_000, (1 << 20) - 1, HEAP / 2 + 1, Long.MAX_VALUE}) {
      Settings.Builder settings = Settings.builder().set(OffheapSettings.CACHE_BYTES, bytes);
      assertThatThrownBy(settings::build)
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining(
              "cacheBytes is "
                  + bytes
                  + "; give 0 for no copies, or 1048576 to "
                  + HEAP / 2
                  + " bytes, which is half of the heap (-Xmx)");
    }
  }
}
