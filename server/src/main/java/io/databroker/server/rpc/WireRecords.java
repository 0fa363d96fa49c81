package io.databroker.server.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Converts records and options to the messages of the protocol and back. A payload is the bytes of
 * a record's Any.
 */
final class WireRecords {
  private WireRecords() {}

  static Record record(StoredRecord stored) {
    Record.Builder record =
        Record.newBuilder()
            .setVersion(stored.version())
            .setType(stored.type())
            .setId(stored.id())
            .setModifiedAt(WireTimes.timestamp(stored.modifiedAt()));
    // A record that was put without data is answered without data.
    if (stored.payload().size() > 0) {
      record.setData(any(stored.payload()));
    }
    if (stored.deleted()) {
      record.setDeletedAt(record.getModifiedAt());
    }
    return record.build();
  }

  static List<Record> records(List<StoredRecord> stored) {
    List<Record> records = new ArrayList<>(stored.size());
    for (StoredRecord each : stored) {
      records.add(record(each));
    }
    return records;
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

  private static Any any(Bytes payload) {
    ByteString bytes = UnsafeByteOperations.unsafeWrap(payload.asByteBuffer());
    try {
      CodedInputStream in = bytes.newCodedInput();
      in.enableAliasing(true); // the value is a part of the copied message
      Any any = Any.parseFrom(in);
      in.checkLastTagWas(0); // as the protocol's documentation requires
      return any;
    } catch (IOException e) {
      // An embedding host wrote the payload in its own format: show it instead of hiding it.
      return Any.pack(BytesValue.of(bytes));
    }
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
        Bytes payload = Bytes.copyOf(record.getData().toByteString().asReadOnlyByteBuffer());
        writes.add(Write.put(record.getType(), record.getId(), payload));
      }
    }
    return writes;
  }

  static Options options(TypeOptions options) {
    Options.Builder wire = Options.newBuilder().addAllIndexableFields(options.indexedFields());
    if (options.capacity() != null) {
      wire.setCapacity(options.capacity());
    }
    if (options.ttl() != null) {
      wire.setTtl(WireTimes.duration(options.ttl()));
    }
    return wire.build();
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
                    .setOptions(options(entry.getValue()))
                    .build());
  }
}
