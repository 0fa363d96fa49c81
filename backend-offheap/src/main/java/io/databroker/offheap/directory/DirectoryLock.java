package io.databroker.offheap.directory;

import io.databroker.api.OpenFailedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Exclusive lock on a store directory. A lock of the operating system, released at any end of the
 * process; the file names the holder.
 *
 * <p>The operating system releases the lock as soon as any code in this process closes that file. A
 * second open in the same process must therefore not open the file: it finds a claim in the system
 * properties, which all class loaders share. There is one claim for the path and one for the file,
 * since a directory may have been moved, or mounted a second time.
 */
public final class DirectoryLock implements AutoCloseable {
  public static final String FILE = "lock";

  private static final String CLAIM = "io.databroker.offheap.open:";
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  /** Position of the lock: after the text, which other processes may read. */
  private static final long LOCKED_BYTE = 1L << 40;

  private final List<String> claims;
  private final FileChannel channel;

  private DirectoryLock(List<String> claims, FileChannel channel) {
    this.claims = claims;
    this.channel = channel;
  }

  /**
   * Takes the lock of an existing directory.
   *
   * @throws OpenFailedException if another process or backend holds it; names the holder
   */
  public static DirectoryLock take(Path directory) throws IOException {
    String holder = holder();
    List<String> claims = new ArrayList<>();
    boolean taken = false;
    try {
      claim(directory, directory.toRealPath().toString(), holder, claims);
      claim(directory, key(directory.resolve(FILE)), holder, claims);
      DirectoryLock lock = new DirectoryLock(claims, lock(directory, holder));
      taken = true;
      return lock;
    } finally {
      if (!taken) {
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
  private static String key(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException there) {
      // It stays as it is.
    }
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath().toString() : key.toString();
  }

  private static FileChannel lock(Path directory, String holder) throws IOException {
    Path file = directory.resolve(FILE);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      if (lock == null) {
        String other = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
        throw inUse(directory, other.isEmpty() ? "another process" : other);
      }
      nameHolder(channel, holder);
      return channel;
    } catch (IOException | RuntimeException | Error failed) {
      channel.close();
      throw failed;
    }
  }

  /**
   * Overwrites the old text before it cuts the rest, so that a full disk has room for it. The lock
   * holds even if no name can be written.
   */
  private static void nameHolder(FileChannel channel, String holder) {
    byte[] text = (holder + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      channel.write(ByteBuffer.wrap(text), 0);
      channel.truncate(text.length);
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

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException ended) {
      // If the release fails, the lock ends with the process.
    } finally {
      claims.forEach(System.getProperties()::remove);
    }
  }
}
