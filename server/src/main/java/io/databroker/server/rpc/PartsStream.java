package io.databroker.server.rpc;

import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Bytes of several buffers, one after the other, without a copy of them.
 *
 * <p><b>Thread-safety:</b> none.
 */
class PartsStream extends InputStream {
  final ByteBuffer[] parts;

  /** Reads these buffers, and moves their positions. */
  PartsStream(ByteBuffer... parts) {
    this.parts = parts;
  }

  @Override
  public int available() {
    int left = 0;
    for (ByteBuffer part : parts) {
      left += part.remaining();
    }
    return left;
  }

  @Override
  public int read() {
    for (ByteBuffer part : parts) {
      if (part.hasRemaining()) {
        return part.get() & 0xFF;
      }
    }
    return -1;
  }

  @Override
  public int read(byte[] target, int from, int most) {
    for (ByteBuffer part : parts) {
      if (part.hasRemaining()) {
        int length = Math.min(most, part.remaining());
        part.get(target, from, length);
        return length;
      }
    }
    return most == 0 ? 0 : -1;
  }

  /** Skips bytes of the first buffer that has some. */
  @Override
  public long skip(long most) {
    for (ByteBuffer part : parts) {
      if (part.hasRemaining()) {
        int length = (int) Math.min(most, part.remaining());
        part.position(part.position() + length);
        return length;
      }
    }
    return 0;
  }
}
