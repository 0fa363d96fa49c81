package io.databroker.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.core.io.IOTools;

/**
 * Log in memory-mapped files of equal size. Forgotten files are deleted, so no page is written
 * twice.
 */
final class MappedLog {
  private static final int SIZE = 64 << 20;

  private final Path directory;
  private final List<MappedByteBuffer> files = new ArrayList<>();

  MappedLog(Path directory) {
    this.directory = directory;
  }

  /** Appends an entry and returns its place. */
  long append(byte[] key, byte[] payload) {
    int size = 2 * Integer.BYTES + key.length + payload.length;
    if (files.isEmpty() || files.get(files.size() - 1).remaining() < size) {
      next();
    }
    MappedByteBuffer file = files.get(files.size() - 1);
    long place = (long) (files.size() - 1) << Integer.SIZE | file.position();
    file.putInt(key.length).putInt(payload.length).put(key).put(payload);
    return place;
  }

  /** Reads the payload at a place. */
  byte[] payload(long place) {
    MappedByteBuffer file = files.get((int) (place >>> Integer.SIZE));
    int at = (int) place;
    byte[] payload = new byte[file.getInt(at + Integer.BYTES)];
    file.get(at + 2 * Integer.BYTES + file.getInt(at), payload);
    return payload;
  }

  private void next() {
    try (FileChannel channel =
        FileChannel.open(
            file(files.size()),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      files.add(channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(int number) {
    return directory.resolve("log-" + number);
  }

  /** Touches the payloads of all keys with that type number, or of all if it is negative. */
  long sum(int type) {
    long sum = 0;
    for (MappedByteBuffer file : files) {
      int end = file.position();
      int place = 0;
      while (place < end) {
        byte[] key = new byte[file.getInt(place)];
        byte[] payload = new byte[file.getInt(place + Integer.BYTES)];
        place += 2 * Integer.BYTES;
        if (type < 0 || file.getInt(place) == type) {
          file.get(place, key);
          file.get(place + key.length, payload);
          sum += Store.touch(payload);
        }
        place += key.length + payload.length;
      }
    }
    return sum;
  }

  void clear() {
    for (int i = 0; i < files.size(); i++) {
      IOTools.clean(files.get(i));
      try {
        Files.delete(file(i));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    files.clear();
  }
}
