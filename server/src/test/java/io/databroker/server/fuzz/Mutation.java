package io.databroker.server.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Creates bytes that are nearly a message. */
final class Mutation {
  private static final byte[][] INSERTED = {
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f}, // a length of 4 GiB
    {0x0a, 0x7f},
    {0x0b}, // a group that begins
    {0x0c}, // and one that ends
    {(byte) 0xc0, (byte) 0xaf}, // no UTF-8
    {0x00},
    {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80},
  };

  private Mutation() {}

  static byte[] of(byte[] bytes, Random random) {
    byte[] mutated = bytes.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      mutated = once(mutated, random);
    }
    return mutated;
  }

  private static byte[] once(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return INSERTED[random.nextInt(INSERTED.length)].clone();
    }
    int at = random.nextInt(bytes.length);
    int length = random.nextInt(Math.min(bytes.length - at, 64) + 1);
    switch (random.nextInt(5)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> {
        return join(bytes, at, Arrays.copyOfRange(bytes, at, at + length), random.nextInt(20) + 1);
      }
      default -> {
        return join(bytes, at, INSERTED[random.nextInt(INSERTED.length)], 1);
      }
    }
    return bytes;
  }

  private static byte[] join(byte[] bytes, int at, byte[] inserted, int times) {
    ByteBuffer joined = ByteBuffer.allocate(bytes.length + inserted.length * times);
    joined.put(bytes, 0, at);
    for (int i = 0; i < times; i++) {
      joined.put(inserted);
    }
    return joined.put(bytes, at, bytes.length - at).array();
  }
}
