package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnreadBytesTest {
  private static final int FRAME = 7_000;
  private static final int READ = 16 << 10;

  /** Decodes frames of one length, and keeps the last one until the next read, as a call does. */
  private static final class Frames extends ByteToMessageDecoder {
    private ByteBuf kept;
    long decoded;
    int capacity;

    Frames() {
      setCumulator(new UnreadBytes());
    }

    void releaseKept() {
      if (kept != null) {
        kept.release();
        kept = null;
      }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
      capacity = Math.max(capacity, in.capacity());
      if (in.readableBytes() >= FRAME) {
        releaseKept();
        for (int i = 0; i < FRAME; i++) {
          assertThat(in.getByte(in.readerIndex() + i)).isEqualTo((byte) ((decoded + i) % 251));
        }
        kept = in.readRetainedSlice(FRAME);
        decoded += FRAME;
      }
    }
  }

  @Test
  void theBufferDoesNotGrowWhileARequestIsAlwaysUnderWay() {
    Frames frames = new Frames();
    EmbeddedChannel channel = new EmbeddedChannel(frames);
    long sent = 0;
    for (int i = 0; i < 500; i++) {
      ByteBuf read = PooledByteBufAllocator.DEFAULT.directBuffer(READ);
      for (int b = 0; b < READ; b++) {
        read.writeByte((int) ((sent + b) % 251));
      }
      sent += READ;
      frames.releaseKept();
      channel.writeInbound(read);
    }
    assertThat(frames.decoded).isGreaterThan(sent - FRAME);
    assertThat(frames.capacity).isLessThanOrEqualTo(4 * READ);
    frames.releaseKept();
    channel.finishAndReleaseAll();
  }
}
