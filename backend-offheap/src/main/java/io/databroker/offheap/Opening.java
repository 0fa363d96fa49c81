package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.support.ServerVersions;
import io.databroker.offheap.journal.Chain;
import io.databroker.offheap.journal.Compactor;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.Progress;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.SideState;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.journal.StoreFiles;
import io.databroker.offheap.memory.Fsync;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Opens a store, in memory or in a directory. */
final class Opening {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  private Opening() {}

  static Backend open(OffheapSettings settings, BackendContext context) {
    Path directory = settings.directory();
    return directory == null
        ? inMemory(settings, context)
        : inDirectory(directory, settings, context, boot());
  }

  private static Backend inMemory(OffheapSettings settings, BackendContext context) {
    try {
      return inSpaces(new Spaces.InMemory(), settings, context);
    } catch (StorageFullException full) {
      throw new OpenFailedException("cannot open in memory: " + full.getMessage(), full);
    }
  }

  /** A store that leaves nothing behind, in whatever room there is. */
  static Backend inSpaces(Spaces spaces, OffheapSettings settings, BackendContext context) {
    Store store = new Store(context, settings, spaces, NoProgress.INSTANCE, ServerVersions.next(0));
    return start(store, store::free);
  }

  private static Backend start(Store store, Runnable closing) {
    Compactor compactor = new Compactor(store);
    store.publisher.start();
    compactor.start();
    return new OffheapBackend(store, compactor, closing);
  }

  /** Which start of the machine this is; 0 if it does not say. */
  private static long boot() {
    try {
      return UUID.fromString(Files.readString(BOOT, StandardCharsets.US_ASCII).strip())
              .getLeastSignificantBits()
          | 1;
    } catch (IOException | RuntimeException unknown) {
      return 0;
    }
  }

  /**
   * Opens a store in a directory.
   *
   * @param boot which start of the machine this is
   */
  static Backend inDirectory(
      Path directory, OffheapSettings settings, BackendContext context, long boot) {
    List<Path> made = new ArrayList<>();
    boolean opened = false;
    // An interrupt would close the channels that are opened here; it is kept for who waits next.
    boolean interrupted = Thread.interrupted();
    try {
      makeDirectories(directory.toAbsolutePath(), settings.forces(), made);
      Backend backend = open(directory, settings, context, boot);
      opened = true;
      return backend;
    } catch (OpenFailedException failed) {
      throw failed;
    } catch (StorageFullException full) {
      throw new OpenFailedException(
          "cannot open directory %s: %s".formatted(directory, full.getMessage()), full);
    } catch (IOException | UncheckedIOException | DatabrokerException failed) {
      throw new OpenFailedException(
          "cannot open directory %s: %s; make it readable and writable, with room on its disk"
              .formatted(directory, failed.getMessage()),
          failed);
    } finally {
      if (!opened) {
        Collections.reverse(made);
        made.forEach(Opening::deleteEmpty);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void makeDirectories(Path directory, boolean forces, List<Path> made)
      throws IOException {
    Path parent = directory.getParent();
    if (!Files.exists(directory)) {
      if (parent != null) {
        makeDirectories(parent, forces, made);
      }
      Files.createDirectory(directory);
      made.add(directory);
      if (forces) {
        Fsync.forceName(directory);
      }
    }
  }

  private static void deleteEmpty(Path directory) {
    try {
      Files.delete(directory);
    } catch (IOException kept) {
      // Somebody put something there meanwhile.
    }
  }

  private static Backend open(
      Path directory, OffheapSettings settings, BackendContext context, long boot)
      throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new OpenFailedException(
          "%s is not a directory; choose another".formatted(directory), null);
    }
    checkOurs(directory); // before anything is made in it
    DirectoryLock lock = DirectoryLock.take(directory);
    boolean isStore = true;
    boolean opened = false;
    try {
      // Not before it is locked: another may just have made a store of it.
      isStore = checkOurs(directory);
      Control.Left left = isStore ? Control.read(directory) : null;
      long salt = isStore ? StoreFiles.readSalt(directory) : ServerVersions.next(0);
      StoreFiles files = new StoreFiles(directory, salt, settings.forces());
      Backend backend = open(files, settings, context, boot, left, lock);
      opened = true;
      return backend;
    } finally {
      if (!opened) {
        try {
          if (!isStore) {
            deleteStore(directory);
          }
        } finally {
          lock.close();
        }
      }
    }
  }

  /**
   * What a first open that failed has made; not the file of the lock, which another may be about to
   * take: two files of that name would be two locks.
   */
  private static void deleteStore(Path directory) throws IOException {
    for (Path file : StoreFiles.list(directory)) {
      if (!file.getFileName().toString().equals(DirectoryLock.FILE)) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * Whether there is a store.
   *
   * @throws OpenFailedException if there is something else
   */
  private static boolean checkOurs(Path directory) throws IOException {
    List<Path> files = StoreFiles.list(directory);
    if (Files.exists(directory.resolve(StoreFiles.PROPERTIES))) {
      return true;
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (!name.equals(DirectoryLock.FILE) && !name.equals(StoreFiles.PROPERTIES + ".new")) {
        throw new OpenFailedException(
            "directory %s holds %s and no %s, so that it is no store; choose an empty one"
                .formatted(directory, name, StoreFiles.PROPERTIES),
            null);
      }
    }
    return false;
  }

  private static Backend open(
      StoreFiles files,
      OffheapSettings settings,
      BackendContext context,
      long boot,
      Control.@Nullable Left found,
      DirectoryLock lock)
      throws IOException {
    Path directory = files.directory();
    Control.Left left = found == null ? Control.Left.NOTHING : found;
    Control.Mark trusted = left.trusted(boot);
    Chain chain = Chain.find(files, trusted);
    if (found == null && !chain.links().isEmpty()) {
      throw Chain.damaged(directory.resolve(Control.FILE), 0, "it is missing");
    }
    if (found == null) {
      StoreFiles.describe(directory, files.salt(), settings.asProperties());
    }
    Control control = Control.open(directory, boot, settings.forces());
    Store store = null;
    boolean opened = false;
    try {
      boolean lost = !left.forces() && !left.lostNothing(boot);
      store = new Store(context, settings, files, control, serverVersion(chain, lost));
      Recovery recovery = new Recovery(store, files, trusted, left.clean());
      recovery.run(chain);
      if (lost) {
        // Tokens greater than any that may have been given and lost.
        store.leases.raiseLastToken(store.leases.lastToken() + Bounds.LOST_TOKENS);
      }
      StoreFiles.describe(directory, files.salt(), settings.asProperties());
      store.journal.resume(recovery.lastOrder(), recovery.sequence());
      store.journal.begin(store.history);
      store.publisher.began(store.journal.active());
      // Before anybody reads: that it is no longer closed, and what its writes survive.
      store.publisher.persist();
      Store ready = store;
      Backend backend = start(store, () -> close(ready, control, lock));
      opened = true;
      return backend;
    } finally {
      if (!opened) {
        if (store != null) {
          store.free();
        }
        control.abandon();
      }
    }
  }

  /** A new one if others may have read what is no longer there. */
  private static long serverVersion(Chain chain, boolean lost) {
    List<Chain.Link> links = chain.links();
    SideState last = links.isEmpty() ? null : links.get(links.size() - 1).state();
    if (last == null) {
      return ServerVersions.next(0);
    }
    return lost ? ServerVersions.next(last.serverVersion()) : last.serverVersion();
  }

  private static void close(Store store, Control control, DirectoryLock lock) {
    try {
      boolean forced = true;
      for (Segment segment : store.history.directory.all()) {
        try {
          segment.space.force();
        } catch (IOException unforced) {
          forced = false; // it is there unless the machine goes down, as after a kill
        }
      }
      if (forced && !store.publisher.hasFailed()) {
        control.close();
      } else {
        control.abandon();
      }
    } catch (IOException unmarked) {
      // The next open takes it for one that was not closed.
    } finally {
      store.free();
      lock.close();
    }
  }

  private enum NoProgress implements Progress {
    INSTANCE;

    @Override
    public void acknowledged(long order, long end) {}

    @Override
    public void forced(long order, long end) {}

    @Override
    public void persist() {}
  }
}
