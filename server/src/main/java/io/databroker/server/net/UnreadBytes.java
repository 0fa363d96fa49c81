package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder.Cumulator;

/**
 * Adds the bytes of a read to those that the HTTP/2 decoder has not yet decoded, and drops decoded
 * bytes before a buffer would grow.
 *
 * <p>Netty's own cumulator drops them only after a read, and only if no request refers to the
 * buffer then. A client that always has a request under way would make the buffer grow until it
 * holds all that was ever received.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class UnreadBytes implements Cumulator {
  @Override
  public ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf unread, ByteBuf read) {
    if (!unread.isReadable() || read.readableBytes() <= unread.maxFastWritableBytes()) {
      return ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, unread, read);
    }
    try {
      ByteBuf both = allocator.directBuffer(unread.readableBytes() + read.readableBytes());
      both.writeBytes(unread).writeBytes(read);
      unread.release();
      return both;
    } finally {
      read.release();
    }
  }
}
