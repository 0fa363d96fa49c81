package io.databroker.benchmarks;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/**
 * MapDB in mapped files: a hash map of records and a tree of changes by version. It runs without a
 * transaction log, so a crash may corrupt it: less durable than ours.
 */
final class MapDbStore implements Store {
  private final Scratch scratch = new Scratch("mapdb");
  private final Keys keys = new Keys();
  private final DB db =
      DBMaker.fileDB(scratch.directory.resolve("store").toFile())
          .fileMmapEnable()
          .fileMmapPreclearDisable()
          .allocateStartSize(256L << 20)
          .allocateIncrement(256L << 20)
          .make();
  private final HTreeMap<byte[], byte[]> records =
      db.hashMap("records", Serializer.BYTE_ARRAY, Serializer.BYTE_ARRAY).create();
  private final BTreeMap<Long, byte[]> changes =
      db.treeMap("changes", Serializer.LONG, Serializer.BYTE_ARRAY)
          .valuesOutsideNodesEnable()
          .create();
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
      records.put(key, batch.payload);
      changes.put(++version, Keys.change(key, batch.payload));
    }
  }

  @Override
  public long scan() {
    long sum = 0;
    for (byte[] value : records.getValues()) {
      sum += value == null ? 0 : Store.touch(value);
    }
    return sum;
  }

  @Override
  public long changes(@Nullable String type) {
    long sum = 0;
    int number = type == null ? -1 : keys.number(type);
    for (Iterator<byte[]> all = changes.valueIterator(); all.hasNext(); ) {
      byte[] change = all.next();
      if (change != null && (number < 0 || Keys.number(change) == number)) {
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
    db.close();
    scratch.close();
  }
}
