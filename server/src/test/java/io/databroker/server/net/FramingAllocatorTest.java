package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Bytes;
import io.grpc.Attributes;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.channel.CoalescingBufferQueue;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FramingAllocatorTest {
  private static final long MIB = 1 << 20;
  private static final byte[] HEAD = {1, 2, 3};
  private static final byte[] TAIL = {4, 5};

  private boolean exhausted;
  private int largestInHeap;
  private final FramingAllocator allocator =
      new FramingAllocator(1, 8) {
        @Override
        ByteBuf pooled(int capacity, int most) {
          if (exhausted) {
            throw new OutOfMemoryError("expected");
          }
          return super.pooled(capacity, most);
        }

        @Override
        protected ByteBuf newHeapBuffer(int capacity, int most) {
          largestInHeap = Math.max(largestInHeap, capacity);
          return super.newHeapBuffer(capacity, most);
        }
      };

  private final Connections all = new Connections(NetworkLimits.standard(64 * MIB, 64 * MIB));
  private final Connection connection = all.transportReady(Attributes.EMPTY).get(Connection.KEY);

  /** Frames messages as gRPC does: it asks for a buffer of the bytes that are left. */
  private final class Framer extends OutputStream {
    final List<ByteBuf> frames = new ArrayList<>();
    private int left;

    Framer(int size) {
      left = 5 + size;
      write(new byte[5], 0, 5);
    }

    @Override
    public void write(int one) {
      throw new AssertionError("not used");
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      for (int done = 0; done < length; ) {
        if (frames.isEmpty() || last().writableBytes() == 0) {
          int hint = Math.min(1 << 20, left);
          frames.add(allocator.buffer(hint, hint));
          left -= Math.min(left, last().writableBytes());
        }
        int some = Math.min(length - done, last().writableBytes());
        last().writeBytes(bytes, from + done, some);
        done += some;
      }
    }

    private ByteBuf last() {
      return frames.get(frames.size() - 1);
    }

    byte[] all() {
      byte[] joined = new byte[0];
      for (ByteBuf frame : frames) {
        int at = joined.length;
        joined = Arrays.copyOf(joined, at + frame.readableBytes());
        frame.getBytes(frame.readerIndex(), joined, at, frame.readableBytes());
      }
      return joined;
    }
  }

  private static Bytes payload(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Bytes.copyOf(bytes);
  }

  private Framer sent(Bytes payload, RecordPlace place) {
    List<Framer> framers = new ArrayList<>();
    Passage.open(
        place,
        HEAD.length,
        () -> {
          Framer framer = new Framer(HEAD.length + payload.size() + TAIL.length);
          framers.add(framer);
          try {
            framer.write(HEAD, 0, HEAD.length);
            assertThat(Passage.pass(framer)).isTrue();
            framer.write(TAIL, 0, TAIL.length);
          } catch (java.io.IOException e) {
            throw new AssertionError(e);
          }
        });
    return framers.get(0);
  }

  @Test
  void aRecordIsSentFromWhereItIsStored() {
    for (int size : new int[] {70_000, 1 << 20, 3_000_001}) {
      Bytes payload = payload(size);
      RecordPlace place = connection.place(payload, false);
      Framer framer = sent(payload, place);
      assertThat(framer.frames).hasSize(3);
      assertThat(framer.frames.get(0).capacity()).isEqualTo(8);
      assertThat(framer.frames.get(1)).isInstanceOf(RecordBuffer.class);
      assertThat(framer.frames.get(2).capacity()).isLessThan(100);
      byte[] all = framer.all();
      assertThat(Bytes.copyOf(all, 8, 8 + size)).isEqualTo(payload);
      assertThat(Arrays.copyOfRange(all, 5, 8)).isEqualTo(HEAD);
      assertThat(Arrays.copyOfRange(all, 8 + size, all.length)).isEqualTo(TAIL);
      framer.frames.forEach(ByteBuf::release);
    }
    assertThat(all.records().bytes()).isZero();
  }

  @Test
  void aRecordIsNotCopiedWhenItsEndIsSent() {
    Bytes payload = payload(1_000_000);
    Framer framer = sent(payload, connection.place(payload, false));
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(allocator);
    CoalescingBufferQueue queue = new CoalescingBufferQueue(channel); // as HTTP/2 streams have
    framer.frames.forEach(frame -> queue.add(frame, channel.newPromise()));
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (!queue.isEmpty()) {
      ByteBuf piece = queue.remove(16 << 10, channel.newPromise());
      read.writeBytes(ByteBufUtil.getBytes(piece));
      piece.release();
    }
    byte[] all = read.toByteArray();
    assertThat(Bytes.copyOf(all, 8, 1_000_008)).isEqualTo(payload);
    assertThat(Arrays.copyOfRange(all, 1_000_008, all.length)).isEqualTo(TAIL);
    assertThat(largestInHeap).isLessThan(64 << 10);
    assertThat(this.all.records().bytes()).isZero();
  }

  @Test
  void aRecordIsSentWholeWhenThereIsNoDirectMemory() {
    exhausted = true;
    Bytes payload = payload(100_000);
    Framer framer = sent(payload, connection.place(payload, false));
    assertThat(Bytes.copyOf(framer.all(), 8, 100_008)).isEqualTo(payload);
    assertThat(allocator.shortages()).isPositive();
    framer.frames.forEach(ByteBuf::release);
    assertThat(all.records().bytes()).isZero();
  }

  @Test
  void aRecordTakesRoomOnceUntilItsLastSendingEnds() {
    Bytes payload = payload(100_000);
    Framer first = sent(payload, connection.place(payload, false));
    Framer second = sent(payload, connection.place(payload, false));
    assertThat(all.records().bytes()).isEqualTo(100_000);
    first.frames.forEach(ByteBuf::release);
    assertThat(all.records().bytes()).isEqualTo(100_000);
    second.frames.forEach(ByteBuf::release);
    assertThat(all.records().bytes()).isZero();
    assertThat(connection.stalledFor(System.nanoTime())).isZero();
  }

  @Test
  void aRecordThatIsNotSentGivesItsRoomBack() {
    Bytes payload = payload(100_000);
    RecordPlace place = connection.place(payload, false);
    assertThatThrownBy(
            () ->
                Passage.open(
                    place,
                    3,
                    () -> {
                      throw new IllegalStateException("expected");
                    }))
        .hasMessage("expected");
    assertThat(all.records().bytes()).isZero();
  }

  @Test
  void anotherRecordWaitsForRoomInItsTurn() {
    long most = all.limits().room().records();
    Bytes large = payload((int) most);
    RecordPlace place = connection.place(large, false);
    assertThat(place).isNotNull();
    Bytes other = payload(100_000);
    assertThat(connection.place(other, false)).isNull();
    List<String> ran = new ArrayList<>();
    connection.whenPlace(other, () -> true, () -> ran.add("now"));
    assertThat(ran).isEmpty();
    place.giveBack();
    place.giveBack();
    assertThat(ran).containsExactly("now");
    assertThat(connection.place(other, true)).isNotNull();
    assertThat(all.records().bytes()).isEqualTo(100_000);
  }

  @Test
  void aReaderThatTakesPartsOfARecordHasNotStalled() {
    Bytes payload = payload(1_000_000);
    RecordPlace place = connection.place(payload, false);
    Framer framer = sent(payload, place);
    long hour = 3_600_000_000_000L;
    long now = System.nanoTime() + hour;
    assertThat(connection.stalledFor(now)).isGreaterThan(hour / 2);
    framer.frames.get(1).skipBytes(64 << 10);
    assertThat(connection.stalledFor(now)).isZero();
    framer.frames.get(1).skipBytes(1_000);
    assertThat(connection.stalledFor(now + 1_000)).isEqualTo(1_000);
    framer.frames.forEach(ByteBuf::release);
  }

  @Test
  void aMessageIsFramedInTheHeapWhenThereIsNoDirectMemory() {
    exhausted = true;
    ByteBuf buffer = allocator.buffer(100, 100);
    assertThat(buffer.isDirect()).isFalse();
    assertThat(buffer.writableBytes()).isEqualTo(100);
    assertThat(allocator.shortages()).isEqualTo(1);
    buffer.release();
    assertThatThrownBy(() -> allocator.directBuffer(100)).hasMessage("expected");
    assertThat(allocator.shortages()).isEqualTo(2);
    exhausted = false;
    ByteBuf again = allocator.buffer(100, 100);
    assertThat(again.isDirect()).isTrue();
    again.release();
  }
}
