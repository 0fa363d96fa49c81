package io.databroker.offheap.journal;

import io.databroker.offheap.memory.Region;
import io.databroker.offheap.memory.Space;
import java.io.SyncFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A disk whose fsyncs begin and end when a test allows it, while writers append as a store does.
 *
 * <p>Its clock stands still, except that each fsync advances it.
 */
final class FakeDisk implements Space, Progress {
  static final long FSYNC_NANOS = TimeUnit.MILLISECONDS.toNanos(80);

  final Semaphore begun = new Semaphore(0);
  final Semaphore allowed = new Semaphore(0);

  /** Opens after the first fsync, when the fsync thread has decided whether to wait for writers. */
  final CountDownLatch secondTurn = new CountDownLatch(1);

  /** The number of the last batch at each commit. */
  final List<Long> commits = new ArrayList<>();

  final List<String> events = new ArrayList<>();
  volatile boolean broken;

  /** Nanoseconds by which a look at the clock advances it. */
  volatile long tick;

  volatile long durable;
  volatile boolean early;
  private final ReentrantLock writing = new ReentrantLock();
  private final Region region = Region.allocate(Segment.HEADER);
  final Segment segment = new Segment(1, 1, 1, this, 1, 1, true, true);
  private final Directory segments = Directory.EMPTY.with(segment);
  private final AtomicLong appended = new AtomicLong();
  private long now = -5;
  private int fsyncs;
  private int looks;

  /** Looks at the clock; the publisher's thread looks once after an fsync, and once to gather. */
  synchronized long nanoTime() {
    now += tick;
    if (fsyncs == 1 && ++looks == 2) {
      secondTurn.countDown();
    }
    return now;
  }

  long appended() {
    return appended.get();
  }

  /** Appends a batch; returns its ticket. */
  long append(Publisher publisher) {
    writing.lock();
    try {
      long number = appended.incrementAndGet();
      publisher.publish(() -> commit(number), segments, segment, List.of());
      return publisher.ticket();
    } finally {
      writing.unlock();
    }
  }

  /** Returns the ticket of all batches appended until now, as for a write that changes nothing. */
  long look(Publisher publisher) {
    writing.lock();
    try {
      return publisher.ticket();
    } finally {
      writing.unlock();
    }
  }

  private synchronized void commit(long number) {
    early |= number > durable;
    commits.add(number);
    events.add("commit");
  }

  @Override
  public void force() throws SyncFailedException {
    long upTo = appended.get();
    synchronized (this) {
      events.add("fsync");
      if (fsyncs == 1) {
        secondTurn.countDown();
      }
    }
    begun.release();
    allowed.acquireUninterruptibly();
    if (broken) {
      throw new SyncFailedException("broken");
    }
    synchronized (this) {
      durable = upTo;
      now += FSYNC_NANOS;
      fsyncs++;
    }
  }

  @Override
  public synchronized void begins() {
    events.add("begins");
  }

  @Override
  public synchronized void ended() {
    events.add("ended");
  }

  @Override
  public synchronized void failed() {
    events.add("failed");
  }

  @Override
  public void acknowledged(long order, long end) {}

  @Override
  public void forced(long order, long end) {}

  @Override
  public void persist() {}

  @Override
  public Region region() {
    return region;
  }

  @Override
  public void write(long at, byte[] bytes, int length) {}

  @Override
  public void seal(long end) {}

  @Override
  public boolean exists() {
    return true;
  }

  @Override
  public boolean isThere() {
    throw new AssertionError("reads the times of the file, which makes the next fsync slower");
  }

  @Override
  public void delete() {}

  @Override
  public void free() {
    region.free();
  }

  @Override
  public String name() {
    return "a disk";
  }
}
