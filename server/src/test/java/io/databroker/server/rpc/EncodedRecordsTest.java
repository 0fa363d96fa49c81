package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.databroker.api.Bytes;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.server.proto.GetResponse;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.SyncResponse;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The encoder writes what protobuf writes. */
class EncodedRecordsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");

  private static Bytes any(String url, int bytes) {
    byte[] value = new byte[bytes];
    new Random(bytes).nextBytes(value);
    return Bytes.copyOf(
        Any.newBuilder()
            .setTypeUrl(url)
            .setValue(ByteString.copyFrom(value))
            .build()
            .toByteArray());
  }

  private static StoredRecord record(String type, String id, long version, Bytes payload) {
    return new StoredRecord(type, id, version, payload, NOW, false);
  }

  private static byte[] sent(Object answer) {
    @SuppressWarnings("unchecked") // as the server does
    MethodDescriptor.Marshaller<Object> sending =
        (MethodDescriptor.Marshaller<Object>)
            (Object)
                new Encoded.Marshaller<>(ProtoUtils.marshaller(GetResponse.getDefaultInstance()));
    try (InputStream stream = sending.stream(answer)) {
      int known = ((KnownLength) stream).available();
      ByteArrayOutputStream drained = new ByteArrayOutputStream();
      assertThat(((Drainable) stream).drainTo(drained)).isEqualTo(known);
      assertThat(stream.available()).isZero();
      return drained.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertEncodedAlike(StoredRecord record) {
    Encoded encoded = EncodedRecords.only(record);
    var wire = WireRecords.record(record);
    for (Message message :
        List.of(
            GetResponse.newBuilder().setRecord(wire).build(),
            SyncResponse.newBuilder().setRecord(wire).build(),
            SyncLatestResponse.newBuilder().setRecord(wire).build())) {
      assertThat(sent(encoded)).as("%s", record).isEqualTo(message.toByteArray());
    }
  }

  @Test
  void itsBytesAreThoseOfProtobuf() {
    Random random = new Random(1);
    String[] texts = {"a", "Ωmega", "type.googleapis.com/x.Y", "\uD83D\uDE00", "x".repeat(300)};
    String[] urls = {"", "u", "type.googleapis.com/x.Y", "u".repeat(127)};
    int[] sizes = {0, 1, 2, 127, 128, 129, 255, 256, 300, 3_000};
    long[] versions = {1, 127, 128, 1L << 40, Long.MAX_VALUE, -1};
    for (int i = 0; i < 2_000; i++) {
      StoredRecord record =
          record(
              texts[random.nextInt(texts.length)],
              texts[random.nextInt(texts.length)],
              versions[random.nextInt(versions.length)],
              any(urls[random.nextInt(urls.length)], sizes[random.nextInt(sizes.length)]));
      assertEncodedAlike(record);
    }
  }

  @Test
  void timesAndDeletesAreEncodedLikeThoseOfProtobuf() {
    for (Instant time :
        List.of(
            Instant.EPOCH,
            Instant.ofEpochSecond(1),
            Instant.ofEpochSecond(0, 1_000),
            Instant.ofEpochSecond(-1, 999_999_000),
            Instant.parse("9999-12-31T23:59:59.999999Z"))) {
      for (boolean deleted : new boolean[] {false, true}) {
        assertEncodedAlike(new StoredRecord("t", "1", 7, any("u", 9), time, deleted));
        assertEncodedAlike(new StoredRecord("t", "1", 0, Bytes.EMPTY, time, deleted));
      }
    }
  }

  /** Tries short payloads of nine byte values: all payloads that are copied, and some others. */
  @Test
  void aPayloadInAnotherFormIsEncodedLikeThatOfProtobuf() {
    byte[] alphabet = {0x0A, 0x12, 0x00, 0x01, 0x02, 0x03, (byte) 0x80, (byte) 0x83, 'u'};
    int copied = 0;
    for (int number = 0; number < 100_000; number++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int rest = number; rest > 0; rest /= 10) {
        if (rest % 10 > 0) {
          bytes.write(alphabet[rest % 10 - 1]);
        }
      }
      Bytes payload = Bytes.copyOf(bytes.toByteArray());
      boolean isCopied = EncodedRecords.isAny(payload);
      if (isCopied || number % 100 == 0) {
        assertEncodedAlike(record("t", "1", 1, payload));
      }
      copied += isCopied ? 1 : 0;
    }
    assertThat(copied).isGreaterThan(100);
    assertThat(EncodedRecords.isAny(any("u".repeat(127), 10))).isTrue();
    for (Bytes other :
        List.of(
            Bytes.utf8("a payload of an embedding host"), any("ü", 10), any("u".repeat(128), 10))) {
      assertThat(EncodedRecords.isAny(other)).isFalse();
      assertEncodedAlike(record("t", "1", 1, other));
    }
  }

  @Test
  void aLargeRecordIsSentWithItsStoredPayload() {
    for (int size : new int[] {60_000, 70_000, 3_000_000}) {
      for (boolean deleted : new boolean[] {false, true}) {
        StoredRecord record = new StoredRecord("t", "1", 1, any("u", size), NOW, deleted);
        assertEncodedAlike(record);
      }
    }
    assertThat(EncodedRecords.only(record("t", "1", 1, any("u", 60_000))))
        .isInstanceOf(Encoded.Whole.class);
    assertThat(EncodedRecords.only(record("t", "1", 1, any("u", 70_000))))
        .isInstanceOf(LargeRecord.class);
  }

  @Test
  void aLargePayloadInAnotherFormIsSentSoThatProtobufParsesTheSame() throws Exception {
    byte[] zeros = new byte[100_000];
    byte[] unknown = {15 << 3 | 2, 1, 'x', 14 << 3, 5, 3 << 3 | 3, 3 << 3 | 4};
    byte[] urlThatIsNoText = {10, 1, (byte) 0xFF};
    byte[] urlThatIsCut = {10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1};
    byte[] openGroup = {3 << 3 | 3};
    byte[] large = any("ü", 90_000).toByteArray();
    for (byte[] payload :
        List.of(
            zeros,
            any("u".repeat(70_000), 10).toByteArray(),
            any("ü".repeat(40_000), 0).toByteArray(),
            joined(large, unknown),
            joined(unknown, large),
            joined(large, large),
            joined(large, urlThatIsNoText),
            joined(large, urlThatIsCut),
            joined(large, openGroup),
            joined(large, new byte[] {(byte) 0x80}))) {
      StoredRecord record = record("t", "1", 1, Bytes.copyOf(payload));
      Encoded encoded = EncodedRecords.only(record);
      assertThat(encoded).isInstanceOf(LargeRecord.class);
      assertThat(GetResponse.parseFrom(sent(encoded)))
          .isEqualTo(GetResponse.newBuilder().setRecord(WireRecords.record(record)).build());
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Test
  void theAnswerToAPutIsThatOfProtobuf() {
    List<StoredRecord> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      PutResult result = new PutResult(0xF000_0000_0000_0001L, List.copyOf(records));
      PutResponse expected =
          PutResponse.newBuilder()
              .setServerVersion(result.serverVersion())
              .addAllRecords(WireRecords.records(result.records()))
              .build();
      assertThat(WireRecords.stored(result)).isInstanceOf(Encoded.class);
      assertThat(sent(WireRecords.stored(result))).isEqualTo(expected.toByteArray());
      records.add(record("t", Integer.toString(i), i, any("u", i * 20)));
    }
    records.add(record("t", "large", 21, any("u", 5_000)));
    assertThat(WireRecords.stored(new PutResult(1, records))).isInstanceOf(PutResponse.class);
  }
}
