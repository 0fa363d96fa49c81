package io.databroker.tck.reference;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Capability;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Opens reference backends whose store is a file in a directory, for one process at a time. */
public class SavedProvider extends ReferenceProvider {
  /** The directories that this process has open. */
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return Set.of(Capability.DURABLE, Capability.TURNABLE_CLOCK, Capability.RESTORE);
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    return backend(open(settings.get(DIRECTORY)), context);
  }

  /** Creates the backend of an open place. */
  protected Backend backend(Place place, BackendContext context) {
    return new SavedBackend(place, context);
  }

  /**
   * Checks the file of a store that is opened.
   *
   * @throws OpenFailedException if it is damaged
   */
  protected void check(Path file) {
    if (!SavedFile.isWhole(file)) {
      throw new OpenFailedException(
          file + " is damaged: its checksum does not fit; restore it from a backup", null);
    }
  }

  /** Returns whether another process may open a directory at the same time. */
  protected boolean allowsOthers() {
    return false;
  }

  private Place open(Path directory) {
    // Before the file is opened: its close would free the lock of this process.
    if (!OPEN.add(directory)) {
      throw new OpenFailedException("this process has opened " + directory, null);
    }
    boolean opened = false;
    try {
      Place place = openAlone(directory);
      opened = true;
      return place;
    } finally {
      if (!opened) {
        OPEN.remove(directory);
      }
    }
  }

  private Place openAlone(Path directory) {
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve(
                  allowsOthers() ? "lock of " + ProcessHandle.current().pid() : "lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new OpenFailedException("another process has opened " + directory, null);
      }
      Path file = directory.resolve("state");
      if (Files.exists(file)) {
        try {
          check(file);
        } catch (OpenFailedException damaged) {
          channel.close();
          throw damaged;
        }
      }
      return new Place(directory, channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A directory that only this process has open. */
  public static class Place {
    public final Path directory;
    public final Store store = new Store();
    private final FileChannel lock;
    private final String identity;

    Place(Path directory, FileChannel lock) throws IOException {
      this.directory = directory;
      this.lock = lock;
      if (!Files.exists(directory.resolve("identity"))) {
        Files.createFile(directory.resolve("identity"));
      }
      this.identity =
          Files.getAttribute(directory.resolve("identity"), "unix:ino")
              + " "
              + Files.getAttribute(directory.resolve("identity"), "unix:ctime");
      Path file = directory.resolve("state");
      if (Files.exists(file) && !SavedFile.read(file, store).equals(identity)) {
        // A copy of another directory begins a new history (VER-8).
        store.serverVersion = Store.newServerVersion();
        store.begun = store.latest;
        store.trimmed = store.latest;
        store.log.clear();
      }
      save(store);
    }

    /** Writes the contents of a store. */
    public void save(Store state) {
      SavedFile.write(directory.resolve("state"), identity, state);
    }

    void close() {
      try {
        lock.close();
        OPEN.remove(directory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
