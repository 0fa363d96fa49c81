package io.databroker.benchmarks;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * LMDB with a database of records and one of changes by version. A batch is one transaction without
 * fsync, so it survives the process, as ours does.
 */
final class LmdbStore implements Store {
  private static final long LARGEST = 16L << 30;

  private final Scratch scratch = new Scratch("lmdb");
  private final Keys keys = new Keys();
  private final Env<ByteBuffer> env =
      Env.create()
          .setMapSize(LARGEST)
          .setMaxDbs(2)
          .setMaxReaders(64)
          .open(scratch.directory.toFile(), EnvFlags.MDB_NOSYNC);
  private final Dbi<ByteBuffer> records = env.openDbi("records", DbiFlags.MDB_CREATE);
  private final Dbi<ByteBuffer> changes = env.openDbi("changes", DbiFlags.MDB_CREATE);
  private final ThreadLocal<ByteBuffer> key =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(64));
  private final ByteBuffer value = ByteBuffer.allocateDirect(1_024);
  private final ByteBuffer number = ByteBuffer.allocateDirect(Long.BYTES);
  private long version;

  private static ByteBuffer filled(ByteBuffer buffer, byte[] content) {
    return buffer.clear().put(content).flip();
  }

  private static byte[] copy(ByteBuffer found) {
    byte[] copy = new byte[found.remaining()];
    found.get(copy);
    return copy;
  }

  @Override
  public int get(String type, String id) {
    try (Txn<ByteBuffer> reading = env.txnRead()) {
      ByteBuffer found = records.get(reading, filled(key.get(), keys.key(type, id)));
      if (found == null) {
        throw new IllegalStateException("lost " + id);
      }
      return Store.touch(copy(found));
    }
  }

  @Override
  public void put(Workload.Batch batch) {
    try (Txn<ByteBuffer> writing = env.txnWrite()) {
      for (int i = 0; i < batch.size; i++) {
        byte[] name = keys.key(batch.type(i), batch.id(i));
        records.put(writing, filled(key.get(), name), filled(value, batch.payload));
        changes.put(
            writing,
            filled(number, Keys.ofVersion(++version)),
            filled(value, Keys.change(name, batch.payload)),
            PutFlags.MDB_APPEND);
      }
      writing.commit();
    }
  }

  @Override
  public long scan() {
    long sum = 0;
    try (Txn<ByteBuffer> reading = env.txnRead();
        CursorIterable<ByteBuffer> all = records.iterate(reading)) {
      for (CursorIterable.KeyVal<ByteBuffer> record : all) {
        sum += copy(record.key()).length > 0 ? Store.touch(copy(record.val())) : 0;
      }
    }
    return sum;
  }

  @Override
  public long changes(@Nullable String type) {
    long sum = 0;
    int wanted = type == null ? -1 : keys.number(type);
    try (Txn<ByteBuffer> reading = env.txnRead();
        CursorIterable<ByteBuffer> all = changes.iterate(reading)) {
      for (CursorIterable.KeyVal<ByteBuffer> found : all) {
        byte[] change = copy(found.val());
        if (wanted < 0 || Keys.number(change) == wanted) {
          sum += Keys.touchChange(change);
        }
      }
    }
    return sum;
  }

  @Override
  public void forgetChanges() {
    try (Txn<ByteBuffer> writing = env.txnWrite()) {
      changes.drop(writing);
      writing.commit();
    }
  }

  @Override
  public void close() {
    env.close();
    scratch.close();
  }
}
