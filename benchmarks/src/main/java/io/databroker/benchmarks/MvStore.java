package io.databroker.benchmarks;

import java.util.Iterator;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/**
 * H2 MVStore in a file: a map of records and one of changes by version. It writes in the
 * background, after a second or 16 MB: less durable than ours.
 */
final class MvStore implements Store {
  private final Scratch scratch = new Scratch("mvstore");
  private final Keys keys = new Keys();
  private final MVStore store =
      new MVStore.Builder()
          .fileName(scratch.directory.resolve("store").toString())
          .autoCommitBufferSize(16 << 10)
          .cacheSize(512)
          .open();
  private final MVMap<byte[], byte[]> records =
      store.openMap(
          "records",
          new MVMap.Builder<byte[], byte[]>()
              .keyType(ByteArrayDataType.INSTANCE)
              .valueType(ByteArrayDataType.INSTANCE));
  private final MVMap<Long, byte[]> changes =
      store.openMap(
          "changes",
          new MVMap.Builder<Long, byte[]>()
              .keyType(LongDataType.INSTANCE)
              .valueType(ByteArrayDataType.INSTANCE));
  private long version;

  @Override
  public int get(String type, String id) {
    byte[] found = records.get(keys.key(type, id));
    if (found == null) {
      throw new IllegalStateException("lost " + id);
    }
    return Store.touch(found);
  }

  @Override
  public void put(Workload.Batch batch) {
    for (int i = 0; i < batch.size; i++) {
      byte[] key = keys.key(batch.type(i), batch.id(i));
      records.put(key, batch.payload.clone());
      changes.append(++version, Keys.change(key, batch.payload));
    }
  }

  @Override
  public long scan() {
    long sum = 0;
    for (Iterator<byte[]> all = records.keyIterator(null); all.hasNext(); ) {
      byte[] found = records.get(all.next());
      sum += found == null ? 0 : Store.touch(found);
    }
    return sum;
  }

  @Override
  public long changes(@Nullable String type) {
    long sum = 0;
    int number = type == null ? -1 : keys.number(type);
    var cursor = changes.cursor(changes.firstKey());
    while (cursor.hasNext()) {
      cursor.next();
      byte[] change = cursor.getValue();
      if (number < 0 || Keys.number(change) == number) {
        sum += Keys.touchChange(change);
      }
    }
    return sum;
  }

  @Override
  public void forgetChanges() {
    changes.clear();
  }

  @Override
  public void close() {
    store.closeImmediately();
    scratch.close();
  }
}
