package io.databroker.offheap.directory;

import io.databroker.api.OpenFailedException;
import io.databroker.offheap.memory.FileKey;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Exclusive lock on a store directory. It is a lock of the operating system, which is released
 * however the process ends; the file names the holder.
 *
 * <p>The operating system releases the lock as soon as any code in this process closes that file. A
 * second open in the same process must therefore not open the file: it finds a claim in the system
 * properties, which all class loaders share. There is one claim for the path and one for the file,
 * since a directory may have been moved, or mounted a second time.
 *
 * <p>The holder may delete the file. Another open that has already opened the file then locks a
 * file without a name; it notices this and starts again.
 */
public final class DirectoryLock implements AutoCloseable {
  public static final String FILE = "lock";

  private static final String CLAIM = "io.databroker.offheap.open:";
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  /** Position of the lock: after the text, which other processes may read. */
  private static final long LOCKED_BYTE = 1L << 40;

  /** Number of attempts to lock the file: each may meet a file that another process is deleting. */
  private static final int TURNS = 100;

  private final FileKey named;
  private final List<String> claims;

  /** Not a channel: an interrupt of its thread would close it and release the lock. */
  private final RandomAccessFile file;

  private DirectoryLock(FileKey named, List<String> claims, RandomAccessFile file) {
    this.named = named;
    this.claims = claims;
    this.file = file;
  }

  /**
   * Takes the lock of an existing directory.
   *
   * @throws OpenFailedException if another process or backend holds it; names the holder
   */
  public static DirectoryLock take(Path directory) throws IOException {
    String holder = holder();
    for (int turn = 1; ; turn++) {
      try {
        DirectoryLock taken = tryTake(directory, holder);
        if (taken != null) {
          return taken;
        }
      } catch (NoSuchFileException missing) {
        if (turn >= TURNS) {
          throw missing;
        }
      }
    }
  }

  /**
   * Returns null if the file was deleted before it was locked.
   *
   * @throws NoSuchFileException if it was deleted before it was opened
   */
  private static @Nullable DirectoryLock tryTake(Path directory, String holder) throws IOException {
    List<String> claims = new ArrayList<>();
    RandomAccessFile locked = null;
    try {
      claim(directory, directory.toRealPath().toString(), holder, claims);
      FileKey file = created(directory.resolve(FILE));
      Object key = file.key();
      String identity = key == null ? file.path().toRealPath().toString() : key.toString();
      claim(directory, identity, holder, claims);
      locked = lock(directory, file, holder);
      return locked == null ? null : new DirectoryLock(file, claims, locked);
    } finally {
      if (locked == null) {
        claims.forEach(System.getProperties()::remove);
      }
    }
  }

  private static void claim(Path directory, String what, String holder, List<String> claims) {
    Object other = System.getProperties().putIfAbsent(CLAIM + what, holder);
    if (other != null) {
      throw inUse(directory, "this " + other);
    }
    claims.add(CLAIM + what);
  }

  /** Returns the identity of the file, which is created if it is missing, and never opened. */
  private static FileKey created(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException there) {
      // It stays as it is.
    }
    return FileKey.of(file);
  }

  /** Returns the locked file; null if the path does not lead to the known file. */
  static @Nullable RandomAccessFile lock(Path directory, FileKey known, String holder)
      throws IOException {
    Path path = known.path();
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    boolean locked = false;
    try {
      if (file.getChannel().tryLock(LOCKED_BYTE, 1, false) == null) {
        String other = new String(Files.readAllBytes(path), StandardCharsets.UTF_8).strip();
        throw inUse(directory, other.isEmpty() ? "another process" : other);
      }
      locked = known.isThere();
      if (locked) {
        nameHolder(file, holder);
      }
    } finally {
      if (!locked) {
        file.close();
      }
    }
    return locked ? file : null;
  }

  /**
   * Overwrites the old text before it cuts the rest, so that a full disk has room for it. The lock
   * holds even if no name can be written.
   */
  private static void nameHolder(RandomAccessFile file, String holder) {
    byte[] text = (holder + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      file.write(text);
      file.setLength(text.length);
    } catch (IOException full) {
      // A later open then reports an earlier holder, or none.
    }
  }

  private static OpenFailedException inUse(Path directory, String holder) {
    return new OpenFailedException(
        String.format(
            Locale.ROOT,
            "directory %s is in use by %s; close that one, or choose another directory",
            directory,
            holder),
        null);
  }

  private static String holder() {
    return String.format(
        Locale.ROOT,
        "process %d on %s, since %s",
        ProcessHandle.current().pid(),
        host(),
        InstantSource.system().instant()); // for people; no decision depends on it
  }

  /** Asks the system first: a name service may take long to answer. */
  private static String host() {
    try {
      return Files.readString(HOST_NAME).strip();
    } catch (IOException notLinux) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException unnamed) {
        return "this host";
      }
    }
  }

  /** Deletes the file and releases the lock, so that the directory is as before. */
  public void deleteAndClose() {
    try {
      if (named.isThere()) {
        Files.delete(named.path());
      }
    } catch (IOException left) {
      // A file that nobody locks does no harm.
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException ended) {
      // If the release fails, the lock ends with the process.
    } finally {
      claims.forEach(System.getProperties()::remove);
    }
  }
}
