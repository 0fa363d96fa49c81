package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.CompositeByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.PooledByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UnreadBytesTest {
  private static final int FRAME = 7_000;
  private static final int READ = 16 << 10;

  private static byte[] sent(long from, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ((from + i) % 251);
    }
    return bytes;
  }

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
        byte[] frame = new byte[FRAME];
        in.getBytes(in.readerIndex(), frame);
        assertThat(frame).isEqualTo(sent(decoded, FRAME));
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
      read.writeBytes(sent(sent, READ));
      sent += READ;
      frames.releaseKept();
      channel.writeInbound(read);
    }
    assertThat(frames.decoded).isGreaterThan(sent - FRAME);
    assertThat(frames.capacity).isLessThanOrEqualTo(4 * READ);
    frames.releaseKept();
    channel.finishAndReleaseAll();
  }

  private static ByteBuf bytes(int... values) {
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(16);
    for (int value : values) {
      buffer.writeByte(value);
    }
    return buffer;
  }

  @Test
  void aReadForWhichThereIsNoMemoryIsReleasedAndWhatIsUnreadIsNot() {
    ByteBuf unread = bytes(1, 2);
    ByteBuf read = PooledByteBufAllocator.DEFAULT.directBuffer(READ).writeZero(READ);
    FramingAllocator exhausted =
        new FramingAllocator(1, 8) {
          @Override
          ByteBuf pooled(int capacity, int most) {
            throw new OutOfMemoryError("expected");
          }
        };
    assertThatThrownBy(() -> new UnreadBytes().cumulate(exhausted, unread, read))
        .hasMessage("expected");
    assertThat(read.refCnt()).isZero();
    assertThat(unread.refCnt()).isEqualTo(1);
    assertThat(unread.release()).isTrue();
  }

  @Test
  void bothBuffersAreReleasedOnceTheirBytesAreCopied() {
    ByteBuf unread = bytes(1, 2);
    ByteBuf underWay = unread.readRetainedSlice(1);
    ByteBuf read = PooledByteBufAllocator.DEFAULT.compositeDirectBuffer();
    ((CompositeByteBuf) read)
        .addComponents(
            true, bytes(3), PooledByteBufAllocator.DEFAULT.directBuffer(READ).writeZero(READ));
    ByteBuf both = new UnreadBytes().cumulate(PooledByteBufAllocator.DEFAULT, unread, read);
    assertThat(both.readableBytes()).isEqualTo(2 + READ);
    assertThat(both.readShort()).isEqualTo((short) 0x203);
    assertThat(read.refCnt()).isZero();
    assertThat(underWay.readByte()).isEqualTo((byte) 1);
    assertThat(underWay.release()).isTrue();
    assertThat(both.release()).isTrue();
  }

  @Test
  void anEmptyReadChangesNothing() {
    ByteBuf unread = bytes(1, 2);
    ByteBuf read = bytes();
    assertThat(new UnreadBytes().cumulate(PooledByteBufAllocator.DEFAULT, unread, read))
        .isSameAs(unread);
    assertThat(read.refCnt()).isZero();
    assertThat(unread.release()).isTrue();
  }

  /** A client may send a frame in segments of one byte. */
  @Test
  void singleBytesAreNotCopiedEachTime() {
    AtomicInteger copies = new AtomicInteger();
    FramingAllocator allocator =
        new FramingAllocator(1, 8) {
          @Override
          ByteBuf pooled(int capacity, int most) {
            copies.incrementAndGet();
            return super.pooled(capacity, most);
          }
        };
    UnreadBytes cumulator = new UnreadBytes();
    ByteBuf unread = bytes(1);
    for (int i = 0; i < READ; i++) {
      unread = cumulator.cumulate(allocator, unread, bytes(i));
    }
    assertThat(unread.readableBytes()).isEqualTo(READ + 1);
    assertThat(copies).hasValueLessThan(100);
    assertThat(unread.release()).isTrue();
  }
}
