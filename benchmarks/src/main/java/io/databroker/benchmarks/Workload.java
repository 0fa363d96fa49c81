package io.databroker.benchmarks;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Keys for every store, in two orders: that of the puts and that of the probes. Probes use separate
 * strings, like those of a request.
 */
public final class Workload {
  static final int TYPES = 16;
  static final int PAYLOAD_BYTES = 256;
  static final int BATCH = 8;

  final int size;
  final String[] types = new String[TYPES];
  private final String[] probedTypes;
  private final String[] probedIds;
  private final byte[][] payloads = new byte[64][];

  Workload(int size) {
    this.size = size;
    Arrays.setAll(types, Workload::type);
    Arrays.setAll(payloads, Workload::payload);
    int[] order = shuffled(size);
    probedTypes = new String[size];
    probedIds = new String[size];
    for (int i = 0; i < size; i++) {
      probedTypes[i] = typeOf(order[i]);
      probedIds[i] = id(order[i]);
    }
  }

  /** Returns the type of the i-th put; a batch of puts has one type. */
  private String typeOf(int i) {
    return types[i / BATCH % TYPES];
  }

  /** Returns the id of the i-th put. */
  public static String id(int i) {
    long mixed = mix(i);
    String text = Long.toHexString(mixed | Long.MIN_VALUE);
    return text + Long.toHexString(mix(mixed) | Long.MIN_VALUE);
  }

  /** Returns the number of keys of the first type. */
  int sizeOfFirstType() {
    int round = BATCH * TYPES;
    return size / round * BATCH + Math.min(size % round, BATCH);
  }

  String probedType(int i) {
    return probedTypes[i];
  }

  String probedId(int i) {
    return probedIds[i];
  }

  /** Returns a batch of probed keys, of any types. */
  Batch probedBatch(int from) {
    return new Batch(
        probedTypes,
        probedIds,
        Math.min(from, size - BATCH),
        BATCH,
        payloads[from / BATCH % payloads.length]);
  }

  /** Returns a batch of keys in the order of the puts. */
  Batch putBatch(int from, int length) {
    String[] batchTypes = new String[length];
    String[] batchIds = new String[length];
    for (int i = 0; i < length; i++) {
      batchTypes[i] = typeOf(from + i);
      batchIds[i] = id(from + i);
    }
    return new Batch(batchTypes, batchIds, 0, length, payloads[from / length % payloads.length]);
  }

  static byte[] payload(long seed) {
    byte[] payload = new byte[PAYLOAD_BYTES];
    new Random(seed).nextBytes(payload);
    return payload;
  }

  /** Returns the name of the i-th type. */
  public static String type(int i) {
    return String.format(Locale.ROOT, "type.example.com/record.Kind%05d", i);
  }

  static int[] shuffled(int size) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    Random random = new Random(42);
    for (int i = size - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }

  private static long mix(long seed) {
    long z = (seed + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Keys to write together, each with a copy of the same payload. */
  static final class Batch {
    final byte[] payload;
    final int size;
    private final String[] types;
    private final String[] ids;
    private final int from;

    Batch(String[] types, String[] ids, int from, int size, byte[] payload) {
      this.types = types;
      this.ids = ids;
      this.from = from;
      this.size = size;
      this.payload = payload;
    }

    String type(int i) {
      return types[from + i];
    }

    String id(int i) {
      return ids[from + i];
    }
  }
}
