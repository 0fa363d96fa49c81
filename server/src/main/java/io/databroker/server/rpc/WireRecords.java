package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.TypedOptions;
import io.databroker.server.wire.WireValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Converts records and options of requests, which it checks, and makes the answers with records.
 */
final class WireRecords {
  private WireRecords() {}

  static Record record(StoredRecord stored) {
    Record.Builder record = WireValues.withoutData(stored);
    // A record that was put without data is answered without data.
    if (stored.payload().size() > 0) {
      record.setData(WireValues.data(stored.payload()));
    }
    return record.build();
  }

  static List<Record> records(List<StoredRecord> stored) {
    return stored.stream().map(WireRecords::record).toList();
  }

  /** Returns the answer to a put or a restore: encoded, or a {@link PutResponse}. */
  static Object stored(PutResult result) {
    Encoded encoded = EncodedRecords.stored(result);
    return encoded != null ? encoded : response(result);
  }

  private static PutResponse response(PutResult result) {
    return PutResponse.newBuilder()
        .setServerVersion(result.serverVersion())
        .addAllRecords(records(result.records()))
        .build();
  }

  /** Returns the answer to a put or a restore without records, which the backend would reject. */
  static PutResponse nothingStored(Backend backend) {
    return PutResponse.newBuilder().setServerVersion(backend.versions().serverVersion()).build();
  }

  /**
   * Converts a record of a request to a write. Its version and times are the sender's and are
   * ignored.
   */
  static List<Write> writes(List<Record> records) {
    List<Write> writes = new ArrayList<>(records.size());
    for (Record record : records) {
      if (record.hasDeletedAt()) {
        WireTimes.check("batch[" + writes.size() + "].deleted_at", record.getDeletedAt());
        writes.add(Write.delete(record.getType(), record.getId()));
      } else {
        Bytes payload = WireValues.payload(record.getData());
        writes.add(Write.put(record.getType(), record.getId(), payload));
      }
    }
    return writes;
  }

  static TypeOptions options(Options wire) {
    return new TypeOptions(
        wire.hasCapacity() ? wire.getCapacity() : null,
        wire.hasTtl() ? WireTimes.ttl("options.ttl", wire.getTtl()) : null,
        wire.getIndexableFieldsList());
  }

  /** Returns the options of the given type, or of all types if it is empty. */
  static Stream<TypedOptions> typedOptions(Map<String, TypeOptions> options, String type) {
    return options.entrySet().stream()
        .filter(entry -> type.isEmpty() || type.equals(entry.getKey()))
        .map(
            entry ->
                TypedOptions.newBuilder()
                    .setTypeURL(entry.getKey())
                    .setOptions(WireValues.options(entry.getValue()))
                    .build());
  }
}
