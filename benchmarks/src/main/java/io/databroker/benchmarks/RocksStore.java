package io.databroker.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB with a column family of records and one of changes by version. A batch is one write to
 * its log without fsync, so it survives the process, as ours does.
 */
final class RocksStore implements Store {
  private static final byte[] FIRST = Keys.ofVersion(0);
  private static final byte[] END = Keys.ofVersion(-1);

  static {
    RocksDB.loadLibrary();
  }

  private final Scratch scratch = new Scratch("rocksdb");
  private final Keys keys = new Keys();
  private final WriteOptions unforced = new WriteOptions();
  private final RocksDB db;
  private final ColumnFamilyHandle records;
  private final ColumnFamilyHandle changes;
  private long version;

  RocksStore() {
    try (DBOptions options =
        new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true)) {
      List<ColumnFamilyHandle> families = new ArrayList<>();
      db =
          RocksDB.open(
              options,
              scratch.directory.toString(),
              List.of(
                  new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY),
                  new ColumnFamilyDescriptor(new byte[] {'c'})),
              families);
      records = families.get(0);
      changes = families.get(1);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int get(String type, String id) {
    try {
      byte[] found = db.get(records, keys.key(type, id));
      if (found == null) {
        throw new IllegalStateException("lost " + id);
      }
      return Store.touch(found);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void put(Workload.Batch batch) {
    try (WriteBatch writes = new WriteBatch()) {
      for (int i = 0; i < batch.size; i++) {
        byte[] key = keys.key(batch.type(i), batch.id(i));
        writes.put(records, key, batch.payload);
        writes.put(changes, Keys.ofVersion(++version), Keys.change(key, batch.payload));
      }
      db.write(unforced, writes);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public long scan() {
    long sum = 0;
    try (RocksIterator all = db.newIterator(records)) {
      for (all.seekToFirst(); all.isValid(); all.next()) {
        sum += all.key().length > 0 ? Store.touch(all.value()) : 0;
      }
    }
    return sum;
  }

  @Override
  public long changes(@Nullable String type) {
    long sum = 0;
    int number = type == null ? -1 : keys.number(type);
    try (RocksIterator all = db.newIterator(changes)) {
      for (all.seekToFirst(); all.isValid(); all.next()) {
        byte[] change = all.value();
        if (number < 0 || Keys.number(change) == number) {
          sum += Keys.touchChange(change);
        }
      }
    }
    return sum;
  }

  @Override
  public void forgetChanges() {
    try {
      db.deleteRange(changes, FIRST, END);
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    records.close();
    changes.close();
    db.close();
    unforced.close();
    scratch.close();
  }
}
