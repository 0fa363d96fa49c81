package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Allocator of the transport's buffers. It gives gRPC stored records as buffers, and counts when
 * direct memory ran out. Then gRPC receives a buffer in the heap, because it cannot end a message
 * that it has begun.
 *
 * <p><b>Thread-safety:</b> safe.
 */
class FramingAllocator extends PooledByteBufAllocator {
  private final AtomicLong shortages = new AtomicLong();

  /**
   * Creates an allocator with one arena in the heap and the others in direct memory.
   *
   * @param directArenas number of arenas in direct memory
   * @param maxOrder binary logarithm of the number of pages in a chunk
   */
  FramingAllocator(int directArenas, int maxOrder) {
    super(
        true,
        1,
        directArenas,
        defaultPageSize(),
        maxOrder,
        defaultSmallCacheSize(),
        defaultNormalCacheSize(),
        defaultUseCacheForAllThreads());
  }

  /** Returns the buffer for a part of a message; gRPC calls it to frame messages. */
  @Override
  public ByteBuf buffer(int capacity, int most) {
    try {
      Passage passage = Passage.current();
      ByteBuf next = passage == null ? null : passage.next(this);
      return next == null ? super.buffer(capacity, most) : next;
    } catch (OutOfMemoryError e) { // thrown by Netty, not by the VM
      return heapBuffer(capacity, most);
    }
  }

  @Override
  protected ByteBuf newDirectBuffer(int capacity, int most) {
    try {
      return pooled(capacity, most);
    } catch (OutOfMemoryError e) {
      shortages.incrementAndGet();
      throw e;
    }
  }

  ByteBuf pooled(int capacity, int most) {
    return super.newDirectBuffer(capacity, most);
  }

  /** Returns how often there was no direct memory. */
  long shortages() {
    return shortages.get();
  }
}
