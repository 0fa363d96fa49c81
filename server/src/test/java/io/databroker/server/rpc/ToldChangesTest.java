package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.server.proto.SyncResponse;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ToldChangesTest {
  private static final int PLACES = 1_024;

  private final ToldChanges told = new ToldChanges();

  @Test
  void allWhoWatchAreToldTheSameMessage() throws IOException {
    StoredRecord record = record(7, "a", 100);

    assertThat(told.message(1, record)).isSameAs(told.message(1, copy(record)));
    assertThat(read(told.message(1, record)).getRecord()).isEqualTo(WireRecords.record(record));
  }

  @Test
  void aVersionOfAnotherHistoryIsAnotherChange() throws IOException {
    StoredRecord before = record(7, "before", 100);
    StoredRecord after = record(7, "after", 100);

    for (int round = 0; round < 2; round++) {
      assertThat(read(told.message(1, before)).getRecord()).isEqualTo(WireRecords.record(before));
      assertThat(read(told.message(2, after)).getRecord()).isEqualTo(WireRecords.record(after));
    }
  }

  @Test
  void versionsThatShareAPlaceAreToldApart() throws IOException {
    StoredRecord one = record(3, "one", 100);
    StoredRecord other = record(3 + PLACES, "other", 100);
    StoredRecord far = record(-1L - PLACES, "far", 100);
    StoredRecord last = record(-1, "last", 100);

    for (StoredRecord record : new StoredRecord[] {one, other, one, far, last, far}) {
      assertThat(read(told.message(1, record)).getRecord()).isEqualTo(WireRecords.record(record));
    }
  }

  @Test
  void aLargeMessageIsNotKept() throws IOException {
    for (StoredRecord large :
        new StoredRecord[] {record(7, "large", 5_000), record(7, "l".repeat(5_000), 0)}) {
      assertThat(told.message(1, large)).isNotSameAs(told.message(1, large));
      assertThat(read(told.message(1, large)).getRecord()).isEqualTo(WireRecords.record(large));
    }
  }

  private static SyncResponse read(Object message) throws IOException {
    MethodDescriptor.Marshaller<SyncResponse> standard =
        ProtoUtils.marshaller(SyncResponse.getDefaultInstance());
    @SuppressWarnings("unchecked") // as the server does
    MethodDescriptor.Marshaller<Object> sending =
        (MethodDescriptor.Marshaller<Object>) (Object) new Encoded.Marshaller<>(standard);
    try (InputStream bytes = sending.stream(message)) {
      return SyncResponse.parseFrom(bytes.readAllBytes());
    }
  }

  private static StoredRecord record(long version, String id, int bytes) {
    Any payload = Any.pack(BytesValue.of(ByteString.copyFrom(new byte[bytes])));
    return new StoredRecord(
        "type", id, version, Bytes.copyOf(payload.toByteArray()), Instant.EPOCH, false);
  }

  private static StoredRecord copy(StoredRecord record) {
    return new StoredRecord(
        record.type(),
        record.id(),
        record.version(),
        record.payload(),
        record.modifiedAt(),
        record.deleted());
  }
}
