package io.databroker.offheap.memory;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.core.io.IOTools;
import org.jspecify.annotations.Nullable;

/**
 * A region of memory outside the heap: allocated, or a file mapped from the page cache. Every
 * access is checked against its bounds, but not against {@link #free}: {@link Guard} prevents a use
 * after that.
 */
public final class Region {
  /** Marks the end of a buffer until it is filled, so that old content never counts as new. */
  public static final byte UNREAD = 0x5A;

  private static final Memory MEMORY = OS.memory();

  private final long address;
  private final long size;
  private final @Nullable ByteBuffer mapped;

  private Region(long address, long size, @Nullable ByteBuffer mapped) {
    this.address = address;
    this.size = size;
    this.mapped = mapped;
  }

  /** Allocates memory of undefined content; untouched pages cost nothing. */
  public static Region allocate(long size) {
    return new Region(MEMORY.allocate(size), size, null);
  }

  /**
   * Maps a file from its beginning. Writes by calls show up in the mapping. Never write through a
   * mapping: that would crash on a full disk.
   */
  public static Region map(Path file, long size, boolean writable) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try (FileChannel channel =
            writable
                ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
                : FileChannel.open(file, StandardOpenOption.READ)) {
          MappedByteBuffer mapped =
              channel.map(
                  writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY,
                  0,
                  size);
          return new Region(MEMORY.address(mapped), size, mapped);
        } catch (ClosedByInterruptException interrupt) {
          // An interrupt has closed the channel: try again without it.
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Copies the beginning of a file by calls: a hole reads as zeros, also on a full disk. */
  public static Region read(Path file, long length) throws IOException {
    Region copy = allocate(Math.max(1, length));
    try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
      byte[] block = new byte[(int) Math.min(length, 1 << 20)];
      for (long at = 0; at < length; ) {
        int part = (int) Math.min(block.length, length - at);
        reader.readFully(block, 0, part);
        copy.put(at, block, part);
        at += part;
      }
      return copy;
    } catch (IOException | RuntimeException | Error failed) {
      copy.free();
      throw failed;
    }
  }

  public long size() {
    return size;
  }

  public int getInt(long at) {
    return MEMORY.readInt(place(at, Integer.BYTES));
  }

  public int getUnsignedShort(long at) {
    return MEMORY.readShort(place(at, Short.BYTES)) & 0xFFFF;
  }

  public long getLong(long at) {
    return MEMORY.readLong(place(at, Long.BYTES));
  }

  public void get(long at, byte[] into, int length) {
    if (length > into.length) {
      throw new IndexOutOfBoundsException(length);
    }
    MEMORY.readBytes(place(at, length), into, 0, length);
  }

  public void putInt(long at, int value) {
    MEMORY.writeInt(place(at, Integer.BYTES), value);
  }

  public void putLong(long at, long value) {
    MEMORY.writeLong(place(at, Long.BYTES), value);
  }

  /** Writes a long that other threads may read at any time, without tearing. */
  public void putLongOrdered(long at, long value) {
    MEMORY.writeOrderedLong(place(at, Long.BYTES), value);
  }

  public void put(long at, byte[] from, int length) {
    if (length > from.length) {
      throw new IndexOutOfBoundsException(length);
    }
    MEMORY.copyMemory(from, 0, place(at, length), length);
  }

  /** Copies within, or from another region. */
  public void put(long at, Region from, long fromAt, long length) {
    MEMORY.copyMemory(from.place(fromAt, length), place(at, length), length);
  }

  /**
   * Adds a range to a checksum, through a copy on the heap. If the disk cannot read a page of a
   * file, the copy throws an {@link InternalError}; a checksum of the mapping itself would crash
   * the JVM.
   *
   * @param copy a buffer, of any size
   */
  public void addTo(CRC32C checksum, long at, long length, byte[] copy) {
    for (long done = 0; done < length; ) {
      int part = (int) Math.min(copy.length, length - done);
      // Clear the buffer: old content could equal the bytes that cannot be read.
      Arrays.fill(copy, Math.max(0, part - Long.BYTES), part, UNREAD);
      get(at + done, copy, part);
      checksum.update(copy, 0, part);
      done += part;
    }
  }

  /**
   * Catches the error with which the JVM reports an unreadable page. It may come some time after
   * the access; a failing call into the JVM triggers it (tested on Java 17 and 25).
   *
   * @return whether there was one
   */
  @SuppressWarnings("NakedNotify") // no thread waits: the call is meant to fail
  public static boolean takeFault() {
    try {
      new Object().notify();
      return false;
    } catch (IllegalMonitorStateException expected) {
      return false;
    } catch (InternalError fault) {
      return true;
    }
  }

  private long place(long at, long length) {
    if (at < 0 || length < 0 || at > size - length) {
      throw new IndexOutOfBoundsException(at + " + " + length + " of " + size);
    }
    return address + at;
  }

  /** Frees the memory; it must not be used afterwards. */
  public void free() {
    if (mapped == null) {
      MEMORY.freeMemory(address, size);
    } else {
      IOTools.clean(mapped);
    }
  }
}
