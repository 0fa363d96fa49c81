package io.databroker.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Append-only file with group commit: one fsync for all waiting writers. The lower bound of a
 * durable write. Supports writes only.
 */
final class ForcedLogStore implements Store {
  private static final long FILE = 64L << 20;

  private final Scratch scratch = new Scratch("forced");
  private final Keys keys = new Keys();
  private final FileChannel file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition done = lock.newCondition();
  private ByteBuffer filling = ByteBuffer.allocateDirect(1 << 20);
  private ByteBuffer spare = ByteBuffer.allocateDirect(1 << 20);
  private long appended;
  private long forced;
  private boolean forcing;

  ForcedLogStore() {
    try {
      file =
          FileChannel.open(
              scratch.directory.resolve("log"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      makeBlocks();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes to preallocate, because fsync is slower after newly allocated blocks. */
  private void makeBlocks() throws IOException {
    while (file.position() < FILE) {
      file.write(spare.clear());
    }
    file.force(false);
    file.position(0);
    spare.clear();
  }

  @Override
  public void put(Workload.Batch batch) {
    lock.lock();
    try {
      for (int i = 0; i < batch.size; i++) {
        filling.put(keys.key(batch.type(i), batch.id(i))).put(batch.payload);
      }
      long mine = ++appended;
      while (forced < mine) {
        if (forcing) {
          done.awaitUninterruptibly();
        } else {
          force();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  /** Writes the filled buffer without the lock; new writers fill the other buffer meanwhile. */
  private void force() throws IOException {
    ByteBuffer full = filling;
    filling = spare;
    long upTo = appended;
    forcing = true;
    lock.unlock();
    try {
      if (file.position() > FILE) {
        file.position(0);
      }
      file.write(full.flip());
      file.force(false);
    } finally {
      lock.lock();
      spare = full.clear();
      forced = upTo;
      forcing = false;
      done.signalAll();
    }
  }

  @Override
  public int get(String type, String id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long scan() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long changes(@Nullable String type) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forgetChanges() {}

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    scratch.close();
  }
}
