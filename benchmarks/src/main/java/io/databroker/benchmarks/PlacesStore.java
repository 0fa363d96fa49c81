package io.databroker.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Chronicle Map of places in a mapped log: the cost of a get where each payload is stored once, in
 * the log. It never deletes.
 */
final class PlacesStore implements Store {
  private final Scratch scratch = new Scratch("places");
  private final Keys keys = new Keys();
  private final ChronicleMap<byte[], byte[]> map;
  private final MappedLog log = new MappedLog(scratch.directory);
  private final ThreadLocal<byte[]> read = ThreadLocal.withInitial(() -> new byte[Long.BYTES]);

  PlacesStore(int records) {
    try {
      map =
          ChronicleMapBuilder.of(byte[].class, byte[].class)
              .name("places")
              .averageKeySize(36)
              .constantValueSizeBySample(new byte[Long.BYTES])
              .putReturnsNull(true)
              .entries(records)
              .createPersistedTo(scratch.directory.resolve("map").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int get(String type, String id) {
    byte[] place = map.getUsing(keys.key(type, id), read.get());
    if (place == null) {
      throw new IllegalStateException("lost " + id);
    }
    return Store.touch(log.payload(ByteBuffer.wrap(place).getLong()));
  }

  @Override
  public void put(Workload.Batch batch) {
    for (int i = 0; i < batch.size; i++) {
      byte[] key = keys.key(batch.type(i), batch.id(i));
      long place = log.append(key, batch.payload);
      map.put(key, ByteBuffer.allocate(Long.BYTES).putLong(place).array());
    }
  }

  @Override
  public long scan() {
    return changes(null); // correct while no key is written twice
  }

  @Override
  public long changes(@Nullable String type) {
    return log.sum(type == null ? -1 : keys.number(type));
  }

  @Override
  public void forgetChanges() {}

  @Override
  public void close() {
    map.close();
    log.clear();
    scratch.close();
  }
}
