package io.databroker.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.LongAdder;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Bare structures: a Chronicle Map in a file, and changes appended to mapped files. One thread
 * writes. Batches are not atomic, and there is no recovery after a crash.
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
              .putReturnsNull(true) // otherwise each put copies the replaced value
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
}
