package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ToldChangesTest {
  private static final int PLACES = 1_024;

  private final ToldChanges told = new ToldChanges();

  @Test
  void allWhoWatchAreToldTheSameMessage() {
    StoredRecord record = record(7, "a", 100);

    assertThat(told.message(1, record)).isSameAs(told.message(1, copy(record)));
    assertThat(told.message(1, record).getRecord()).isEqualTo(WireRecords.record(record));
  }

  @Test
  void aVersionOfAnotherHistoryIsAnotherChange() {
    StoredRecord before = record(7, "before", 100);
    StoredRecord after = record(7, "after", 100);

    for (int round = 0; round < 2; round++) {
      assertThat(told.message(1, before).getRecord()).isEqualTo(WireRecords.record(before));
      assertThat(told.message(2, after).getRecord()).isEqualTo(WireRecords.record(after));
    }
  }

  @Test
  void versionsThatShareAPlaceAreToldApart() {
    StoredRecord one = record(3, "one", 100);
    StoredRecord other = record(3 + PLACES, "other", 100);
    StoredRecord far = record(-1L - PLACES, "far", 100);
    StoredRecord last = record(-1, "last", 100);

    for (StoredRecord record : new StoredRecord[] {one, other, one, far, last, far}) {
      assertThat(told.message(1, record).getRecord()).isEqualTo(WireRecords.record(record));
    }
  }

  @Test
  void aLargeMessageIsNotKept() {
    for (StoredRecord large :
        new StoredRecord[] {record(7, "large", 5_000), record(7, "l".repeat(5_000), 0)}) {
      assertThat(told.message(1, large)).isNotSameAs(told.message(1, large));
      assertThat(told.message(1, large).getRecord()).isEqualTo(WireRecords.record(large));
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
