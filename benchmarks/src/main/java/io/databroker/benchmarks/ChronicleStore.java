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
import java.util.concurrent.atomic.LongAdder;
import net.openhft.chronicle.core.io.IOTools;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The bare structures: a Chronicle Map in a file, and changes appended to mapped files. One thread
 * writes; nothing makes a batch whole, and nothing would mend either after a crash.
 */
final class ChronicleStore implements Store {
  private final Scratch scratch = new Scratch("chronicle");
  private final Keys keys = new Keys();
  private final ChronicleMap<byte[], byte[]> map;
  private final MappedLog log = new MappedLog(scratch.directory);
  private final ThreadLocal<byte[]> read =
      ThreadLocal.withInitial(() -> new byte[Workload.PAYLOAD_BYTES]);

  ChronicleStore(int records) {
    try {
      map =
          ChronicleMapBuilder.of(byte[].class, byte[].class)
              .name("bare")
              .averageKeySize(36)
              .constantValueSizeBySample(new byte[Workload.PAYLOAD_BYTES])
              .putReturnsNull(true) // or each put would copy out what it replaces
              .entries(records)
              .createPersistedTo(scratch.directory.resolve("map").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int get(String type, String id) {
    byte[] found = map.getUsing(keys.key(type, id), read.get());
    if (found == null) {
      throw new IllegalStateException("lost " + id);
    }
    return Store.touch(found.clone());
  }

  @Override
  public void put(Workload.Batch batch) {
    for (int i = 0; i < batch.size; i++) {
      byte[] key = keys.key(batch.type(i), batch.id(i));
      map.put(key, batch.payload);
      log.append(key, batch.payload);
    }
  }

  @Override
  public long scan() {
    LongAdder sum = new LongAdder();
    byte[] using = new byte[Workload.PAYLOAD_BYTES];
    map.forEachEntry(
        entry -> {
          byte[] key = entry.key().get();
          byte[] value = entry.value().getUsing(using);
          sum.add(key.length > 0 ? Store.touch(value.clone()) : 0);
        });
    return sum.sum();
  }

  @Override
  public long changes(@Nullable String type) {
    return log.sum(type == null ? -1 : keys.number(type));
  }

  @Override
  public void forgetChanges() {
    log.clear();
  }

  @Override
  public void close() {
    map.close();
    log.clear();
    scratch.close();
  }

  /**
   * Files of equal size, one after the other, written and read through memory. What is forgotten is
   * deleted, as a log's is: nothing is written twice to the same pages.
   */
  private static final class MappedLog {
    private static final int SIZE = 64 << 20;

    private final Path directory;
    private final List<MappedByteBuffer> files = new ArrayList<>();

    MappedLog(Path directory) {
      this.directory = directory;
    }

    void append(byte[] key, byte[] payload) {
      int size = 2 * Integer.BYTES + key.length + payload.length;
      if (files.isEmpty() || files.get(files.size() - 1).remaining() < size) {
        next();
      }
      MappedByteBuffer file = files.get(files.size() - 1);
      file.putInt(key.length).putInt(payload.length).put(key).put(payload);
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
}
