package io.databroker.offheap;

import io.databroker.api.StorageFullException;
import io.databroker.api.StoredRecord;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Copies on the heap of records that are read often, in front of the key index. Each key has one
 * slot, which it shares with other keys; a slot has at most one copy, and the version of the last
 * write of its keys.
 *
 * <p><b>Why it is right.</b> A copy is always the record that a look-up would find. The writer sets
 * the version of a slot before it commits. A reader reads the version of the slot, looks the record
 * up, and stores that version with its copy, if that version is committed. A copy counts only while
 * the slot still has the same version: then every write of its keys was committed before the
 * look-up, and none has taken effect since.
 *
 * <p>The write of a key that is not in the key index sets no version: the key has no copy, because
 * its delete has set a version.
 */
final class HotRecords {
  /** Where a copy would displace another, only one of this many misses makes a copy. */
  private static final int MISSES = 32;

  /** Heap of a slot: an uncompressed reference, a hash and a version. */
  private static final int SLOT_BYTES = 20;

  /**
   * Bytes of a copy besides its payload and id. They are about 256 where the JVM does not compress
   * references: with a heap over 32 GB, or with ZGC. There, copies of small records take up to a
   * quarter more than is counted for them.
   */
  private static final int COPY_BYTES = 200;

  /** Usual heap of a slot with its copy. */
  private static final int USUAL_BYTES = 512;

  private static final int MOST_SLOTS = 1 << 28;

  /** Largest share of all bytes for one record: a 64th. */
  private static final int LARGEST_SHARE = 64;

  private static final int TRIES = 8;

  /** Store behind the copies. */
  interface Source {
    /** Returns the live record of a key; null if there is none. */
    @Nullable StoredRecord look(String type, String id);

    /** Returns the last version that readers see. */
    long committed();
  }

  /**
   * Copy of a record.
   *
   * @param written the version of its slot before the look-up
   */
  private record Copy(int hash, long written, long bytes, StoredRecord record) {
    boolean is(String type, String id) {
      return record.id().equals(id) && record.type().equals(type);
    }
  }

  private final AtomicReferenceArray<@Nullable Copy> slots;

  /** Last version that was written to a key of each slot. */
  private final AtomicLongArray versions;

  /**
   * Hashes of the keys whose copies are in the slots; 0 if there is none. A hint, which may be out
   * of date. With it, a look-up that finds no copy need not read another key's copy, which would
   * cost cache misses.
   */
  private final int[] hashes;

  private final int misses;
  private final long most;
  private final AtomicLong bytes = new AtomicLong();

  /**
   * Returns an empty cache; null for 0 bytes.
   *
   * @throws StorageFullException if the heap has no room for its slots
   */
  static @Nullable HotRecords of(long cacheBytes) {
    try {
      return cacheBytes == 0 ? null : new HotRecords(cacheBytes);
    } catch (OutOfMemoryError full) {
      throw new StorageFullException(
          String.format(
              Locale.ROOT,
              "no heap for the slots of cacheBytes %d: %s; set it lower, or give the JVM a larger"
                  + " heap (-Xmx)",
              cacheBytes,
              full.getMessage()),
          full);
    }
  }

  /**
   * @param bytes the limit on the heap of all slots and copies
   */
  HotRecords(long bytes) {
    this(
        (int) Long.highestOneBit(Math.max(1, Math.min(MOST_SLOTS, 2 * bytes / USUAL_BYTES))),
        bytes,
        MISSES);
  }

  /**
   * @param count the number of slots, a power of two
   * @param bytes the limit on the heap of all slots and copies
   * @param misses where a copy would displace another, one of this many misses makes a copy
   */
  HotRecords(int count, long bytes, int misses) {
    this.slots = new AtomicReferenceArray<>(count);
    this.versions = new AtomicLongArray(count);
    this.hashes = new int[count];
    this.most = bytes - (long) count * SLOT_BYTES;
    this.misses = misses;
  }

  /** Returns the live record of a key; null if there is none. */
  @Nullable StoredRecord get(Source source, String type, String id) {
    int hash = hash(type, id);
    int slot = slot(hash);
    int there = hashes[slot];
    if (there == hash) {
      Copy copy = slots.get(slot);
      if (copy != null && copy.written == versions.get(slot) && copy.is(type, id)) {
        return copy.record;
      }
    }
    boolean copies = (there == 0 && hasRoom()) || ThreadLocalRandom.current().nextInt(misses) == 0;
    return copies ? copied(source, type, id, hash, slot) : source.look(type, id);
  }

  private @Nullable StoredRecord copied(Source source, String type, String id, int hash, int slot) {
    long written = versions.get(slot);
    boolean pending = Long.compareUnsigned(written, source.committed()) > 0;
    StoredRecord found = source.look(type, id);
    if (found != null && !pending) {
      put(slot, new Copy(hash, written, size(found), found));
    }
    return found;
  }

  private static long size(StoredRecord record) {
    return COPY_BYTES + record.payload().size() + 2L * record.id().length();
  }

  private void put(int slot, Copy copy) {
    if (copy.bytes <= most / LARGEST_SHARE && reserve(copy.bytes)) {
      release(slots.getAndSet(slot, copy));
      hashes[slot] = copy.hash;
    }
  }

  /** Reserves room for a copy, and removes a few other copies if there is no room. */
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

  private void remove(int slot) {
    hashes[slot] = 0;
    release(slots.getAndSet(slot, null));
  }

  private void release(@Nullable Copy removed) {
    if (removed != null) {
      bytes.addAndGet(-removed.bytes);
    }
  }

  /**
   * Removes the copy of a key before a write of the key takes effect. Only the writer calls it.
   *
   * @param version the last version of the batch, which is not committed yet
   */
  void written(String type, String id, long version) {
    int slot = slot(hash(type, id));
    versions.set(slot, version);
    if (slots.get(slot) != null) {
      remove(slot);
    }
  }

  /** Removes all copies, as if they were displaced. */
  void empty() {
    for (int slot = 0; slot < slots.length(); slot++) {
      if (slots.get(slot) != null) {
        remove(slot);
      }
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
