package io.databroker.offheap;

import io.databroker.api.StoredRecord;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Copies on the heap of records that are read often, in front of the key index. Each key has one
 * slot, which it shares with other keys; a slot has one copy, or a mark of the last write.
 *
 * <p><b>Why it is right.</b> A copy in its slot is always the record that a look-up would find. The
 * writer replaces the copy by a mark before it commits. A reader takes the content of the slot,
 * looks the record up, and puts a copy there only if the slot still has the same object, and that
 * object was no mark of a pending write. So between the look-up and a later hit no write of the key
 * has taken effect: its mark would have replaced the object, or the copy. Each batch and each
 * removal makes a new mark, and a slot never becomes empty again; thus the same object means that
 * nothing happened.
 *
 * <p>A mark that outlives its commit says nothing. A key that enters the key index needs no mark:
 * it has no copy, because its delete has marked the slot.
 */
final class HotRecords {
  /** Number of misses of which one makes a copy, if it displaces another. */
  private static final int MISSES = 32;

  /** Heap of a slot: its reference and hash, and a mark. */
  private static final int SLOT_BYTES = 40;

  /** Heap of a copy without its payload and id. */
  private static final int COPY_BYTES = 200;

  /** Usual heap of a slot with its copy. */
  private static final int USUAL_BYTES = 512;

  private static final int MOST_SLOTS = 1 << 28;

  /** Share of all bytes that one record may take. */
  private static final int LARGEST_SHARE = 64;

  private static final int TRIES = 8;

  /** Store behind the copies. */
  interface Source {
    /** Returns the live record of a key; null if there is none. */
    @Nullable StoredRecord look(String type, String id);

    /** Returns the last version that readers see. */
    long committed();
  }

  /** Mark of a write: its batch ends with that version. */
  record Mark(long version) {}

  private record Copy(int hash, long bytes, StoredRecord record) {
    boolean is(String type, String id) {
      return record.id().equals(id) && record.type().equals(type);
    }
  }

  private final AtomicReferenceArray<@Nullable Object> slots;

  /**
   * Hashes of the keys whose copies are in the slots; 0 if there is none. A hint, which saves a
   * miss the cache misses of the copy: it may be out of date.
   */
  private final int[] hashes;

  private final int misses;
  private final long most;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * @param bytes the most heap of all slots and copies
   */
  HotRecords(long bytes) {
    this(
        (int) Long.highestOneBit(Math.max(1, Math.min(MOST_SLOTS, 2 * bytes / USUAL_BYTES))),
        bytes,
        MISSES);
  }

  /**
   * @param count the number of slots, a power of two
   * @param bytes the most heap of all slots and copies
   * @param misses the number of misses of which one makes a copy
   */
  HotRecords(int count, long bytes, int misses) {
    this.slots = new AtomicReferenceArray<>(count);
    this.hashes = new int[count];
    this.most = bytes - (long) count * SLOT_BYTES;
    this.misses = misses;
  }

  /** Returns the live record of a key; null if there is none. */
  @Nullable StoredRecord get(Source source, String type, String id) {
    int hash = hash(type, id);
    int slot = slot(hash);
    int there = hashes[slot];
    if (there == hash && slots.get(slot) instanceof Copy copy && copy.is(type, id)) {
      return copy.record;
    }
    boolean copies = (there == 0 && hasRoom()) || ThreadLocalRandom.current().nextInt(misses) == 0;
    return copies ? copied(source, type, id, hash, slot) : source.look(type, id);
  }

  private @Nullable StoredRecord copied(Source source, String type, String id, int hash, int slot) {
    Object before = slots.get(slot);
    boolean pending = before instanceof Mark mark && mark.version > source.committed();
    StoredRecord found = source.look(type, id);
    if (found != null && !pending) {
      put(slot, before, new Copy(hash, size(found), found));
    }
    return found;
  }

  private static long size(StoredRecord record) {
    return COPY_BYTES + record.payload().size() + 2L * record.id().length();
  }

  private void put(int slot, @Nullable Object before, Copy copy) {
    if (copy.bytes > most / LARGEST_SHARE || !reserve(copy.bytes)) {
      return;
    }
    if (slots.compareAndSet(slot, before, copy)) {
      hashes[slot] = copy.hash;
      release(before);
    } else {
      release(copy);
    }
  }

  /** Reserves room for a copy, and removes a few others if it is missing. */
  private boolean reserve(long more) {
    long sum = bytes.addAndGet(more);
    for (int i = 0; i < TRIES && sum > most; i++) {
      remove(ThreadLocalRandom.current().nextInt(slots.length()));
      sum = bytes.get();
    }
    if (sum > most) {
      bytes.addAndGet(-more);
    }
    return sum <= most;
  }

  /** Removes the copy in a slot, if there is one. */
  void remove(int slot) {
    Object there = slots.get(slot);
    if (there instanceof Copy && slots.compareAndSet(slot, there, new Mark(0))) {
      hashes[slot] = 0;
      release(there);
    }
  }

  private void release(@Nullable Object removed) {
    if (removed instanceof Copy copy) {
      bytes.addAndGet(-copy.bytes);
    }
  }

  /** Drops the copy of a key before a write of it takes effect; for the writer. */
  void written(String type, String id, Mark mark) {
    int slot = slot(hash(type, id));
    Object removed = slots.getAndSet(slot, mark);
    if (removed instanceof Copy) {
      hashes[slot] = 0;
      release(removed);
    }
  }

  /** Returns whether a copy displaces no other; not exact. */
  private boolean hasRoom() {
    return bytes.get() < most - most / LARGEST_SHARE;
  }

  /** Returns the estimated heap of the copies. */
  long bytes() {
    return bytes.get();
  }

  /** Returns the hash of a key; never 0. */
  private static int hash(String type, String id) {
    int mixed = (31 * type.hashCode() + id.hashCode()) * 0x9E3779B9;
    return (mixed ^ mixed >>> 15) | 1;
  }

  private int slot(int hash) {
    return hash >>> 1 & (hashes.length - 1);
  }
}
