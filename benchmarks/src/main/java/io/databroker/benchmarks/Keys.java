package io.databroker.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Encodes keys for peers that take bytes: a number for the type, and the id. */
final class Keys {
  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();

  byte[] key(String type, String id) {
    byte[] name = id.getBytes(StandardCharsets.UTF_8);
    byte[] key = new byte[Integer.BYTES + name.length];
    putInt(key, number(type));
    System.arraycopy(name, 0, key, Integer.BYTES, name.length);
    return key;
  }

  int number(String type) {
    Integer number = numbers.get(type);
    return number != null ? number : add(type);
  }

  private synchronized int add(String type) {
    numbers.putIfAbsent(type, numbers.size());
    return Objects.requireNonNull(numbers.get(type));
  }

  /** Returns the key, or the key at the beginning of a change. */
  static int number(byte[] key) {
    return (key[0] & 0xFF) << 24 | (key[1] & 0xFF) << 16 | (key[2] & 0xFF) << 8 | (key[3] & 0xFF);
  }

  /** Encodes a number so that bytes sort as numbers do. */
  static byte[] ofVersion(long version) {
    byte[] key = new byte[Long.BYTES];
    putInt(key, (int) (version >>> 32));
    key[4] = (byte) (version >>> 24);
    key[5] = (byte) (version >>> 16);
    key[6] = (byte) (version >>> 8);
    key[7] = (byte) version;
    return key;
  }

  /** Encodes a change: its key, then the payload. */
  static byte[] change(byte[] key, byte[] payload) {
    byte[] change = new byte[key.length + payload.length];
    System.arraycopy(key, 0, change, 0, key.length);
    System.arraycopy(payload, 0, change, key.length, payload.length);
    return change;
  }

  /** Touches the payload of a change. */
  static int touchChange(byte[] change) {
    return change[change.length - Workload.PAYLOAD_BYTES] + change[change.length - 1];
  }

  private static void putInt(byte[] key, int value) {
    key[0] = (byte) (value >>> 24);
    key[1] = (byte) (value >>> 16);
    key[2] = (byte) (value >>> 8);
    key[3] = (byte) value;
  }
}
