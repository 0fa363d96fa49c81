package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.support.ServerVersions;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Compactor;
import io.databroker.offheap.journal.Progress;
import io.databroker.offheap.journal.Scrub;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.memory.Fsync;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Opens a store, in memory or in a directory. */
final class Opening {
  private Opening() {}

  static Backend open(OffheapSettings settings, BackendContext context) {
    Path directory = settings.directory();
    return directory == null
        ? inMemory(settings, context)
        : inDirectory(directory, settings, context, Uptime.ofMachine());
  }

  private static Backend inMemory(OffheapSettings settings, BackendContext context) {
    try {
      return inSpaces(new Spaces.InMemory(), settings, context);
    } catch (StorageFullException full) {
      throw new OpenFailedException("cannot open in memory: " + full.getMessage(), full);
    }
  }

  /** A store without a directory: a full disk has no effect on it. */
  static Backend inSpaces(Spaces spaces, OffheapSettings settings, BackendContext context) {
    Store store =
        new Store(
            context, settings, spaces, NoProgress.INSTANCE, ServerVersions.next(0), Uptime.UNKNOWN);
    return start(store, store::free);
  }

  static Backend start(Store store, Runnable closing) {
    Scrub scrub = new Scrub(store, store.settings.scrubRate(), store.durations::elapsing);
    Compactor compactor = new Compactor(store, scrub);
    store.publisher.start();
    compactor.start();
    return new OffheapBackend(store, compactor, closing);
  }

  /**
   * Checks that the directory exists or may be made, without making it.
   *
   * @throws OpenFailedException if a file or a link that leads nowhere is in its place
   */
  static void checkPlace(Path directory) {
    for (Path at = directory.toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at)) {
        return;
      }
      if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
        FileAlreadyExistsException other = new FileAlreadyExistsException(at.toString());
        throw notOpened(directory, problem(other), other);
      }
    }
  }

  /**
   * Opens a store in a directory.
   *
   * @param uptime the boot id of the machine, and the time since that boot
   */
  static Backend inDirectory(
      Path directory, OffheapSettings settings, BackendContext context, Uptime uptime) {
    List<Path> made = new ArrayList<>();
    boolean opened = false;
    // An interrupt would close the channels opened here, so it is cleared now and set again
    // afterwards.
    boolean interrupted = Thread.interrupted();
    try {
      try {
        makeDirectories(directory.toAbsolutePath(), settings.forces(), made, ownerOnly(directory));
      } catch (NoSuchFileException missing) {
        throw notOpened(directory, notMade(missing), missing);
      }
      Backend backend = new DirectoryOpening(directory, settings, context, uptime).open();
      opened = true;
      return backend;
    } catch (OpenFailedException failed) {
      throw failed;
    } catch (StorageFullException full) {
      throw notOpened(directory, String.valueOf(full.getMessage()), full);
    } catch (IOException | UncheckedIOException | DatabrokerException failed) {
      throw notOpened(directory, problem(failed), failed);
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

  /** Returns the permissions of a new store directory, whose files hold every payload. */
  private static FileAttribute<?>[] ownerOnly(Path directory) {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static OpenFailedException notOpened(Path directory, String problem, Exception failed) {
    return new OpenFailedException(
        String.format(Locale.ROOT, "cannot open directory %s: %s", directory, problem), failed);
  }

  /**
   * Returns the problem in words, and the remedy: the message of many I/O errors is only the name
   * of a file.
   */
  private static String problem(Exception failed) {
    if (failed instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile() + "; let this user read and write it";
    }
    if (failed instanceof NoSuchFileException missing) {
      return missing.getFile() + " was removed during the open; open the directory again";
    }
    if (failed instanceof FileAlreadyExistsException other) {
      return other.getFile()
          + " is not a directory, or is a link that leads nowhere; give another directory";
    }
    String message = failed.getMessage() == null ? failed.toString() : failed.getMessage();
    return message + "; make it readable and writable, with room on its disk";
  }

  /** Returns the problem of a directory that could not be made. */
  private static String notMade(NoSuchFileException missing) {
    Path parent = Path.of(missing.getFile()).getParent();
    return parent != null && Files.isDirectory(parent)
        ? String.format(
            Locale.ROOT,
            "the file system of %s takes no new directories; give a directory elsewhere",
            parent)
        : problem(missing);
  }

  private static void makeDirectories(
      Path directory, boolean forces, List<Path> made, FileAttribute<?>... rights)
      throws IOException {
    Path parent = directory.getParent();
    if (!Files.exists(directory)) {
      if (parent != null) {
        makeDirectories(parent, forces, made); // with the default permissions
      }
      try {
        Files.createDirectory(directory, rights);
      } catch (FileAlreadyExistsException there) {
        if (Files.isDirectory(directory)) {
          return; // another open has made it meanwhile
        }
        throw there;
      }
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
      // Another process created a file there meanwhile.
    }
  }

  private enum NoProgress implements Progress {
    INSTANCE;

    @Override
    public void acknowledged(long order, long end) {}

    @Override
    public void forced(long order, long end) {}

    @Override
    public void failed() {}

    @Override
    public void begins() {}

    @Override
    public void ended() {}

    @Override
    public void persist() {}
  }
}
