package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.buffer.CompositeByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * Buffer whose content is a stored record. gRPC fills it like any other buffer, but its bytes are
 * there already: a write only moves the end of the readable bytes.
 *
 * <p><b>Thread-safety:</b> as Netty's buffers.
 */
final class RecordBuffer extends CompositeByteBuf {
  private final RecordPlace place;

  RecordBuffer(ByteBufAllocator allocator, RecordPlace place) {
    super(allocator, false, Integer.MAX_VALUE); // HTTP/2 adds the tail, without a copy of all
    this.place = place;
    ByteBuffer content = place.record().asByteBuffer();
    addComponent(false, Unpooled.wrappedBuffer(content));
    place.sentFrom(this);
  }

  @Override
  public CompositeByteBuf writeBytes(byte[] ignored, int from, int length) {
    return writerIndex(writerIndex() + length);
  }

  @Override
  protected void deallocate() {
    super.deallocate();
    place.giveBack();
  }
}
