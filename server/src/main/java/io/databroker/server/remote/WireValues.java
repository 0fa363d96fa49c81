package io.databroker.server.remote;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import io.databroker.api.Bytes;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.Record;
import java.time.Duration;
import java.time.Instant;

/** Converts values of the API from and to messages. A payload is the bytes of a record's Any. */
final class WireValues {
  private WireValues() {}

  static StoredRecord record(Record wire) {
    Bytes payload =
        wire.hasData()
            ? Bytes.copyOf(wire.getData().toByteString().asReadOnlyByteBuffer())
            : Bytes.EMPTY;
    Timestamp modified = wire.getModifiedAt();
    return new StoredRecord(
        wire.getType(),
        wire.getId(),
        wire.getVersion(),
        payload,
        Instant.ofEpochSecond(modified.getSeconds(), modified.getNanos()),
        wire.hasDeletedAt());
  }

  /**
   * Returns a record as a message.
   *
   * @throws InvalidArgumentException if its payload is not an Any, which the wire cannot carry
   */
  static Record record(StoredRecord stored) {
    Instant modified = stored.modifiedAt();
    Timestamp time =
        Timestamp.newBuilder()
            .setSeconds(modified.getEpochSecond())
            .setNanos(modified.getNano())
            .build();
    Record.Builder record =
        Record.newBuilder()
            .setVersion(stored.version())
            .setType(stored.type())
            .setId(stored.id())
            .setModifiedAt(time);
    if (stored.deleted()) {
      record.setDeletedAt(time);
    } else if (stored.payload().size() > 0) {
      record.setData(any(stored));
    }
    return record.build();
  }

  private static Any any(StoredRecord stored) {
    try {
      return Any.parseFrom(UnsafeByteOperations.unsafeWrap(stored.payload().asByteBuffer()));
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidArgumentException(
          "payload of " + stored.id(),
          stored.payload().size() + " bytes",
          "a server accepts only payloads that are a google.protobuf.Any; copy to a backend "
              + "instead");
    }
  }

  static TypeOptions options(Options wire) {
    return new TypeOptions(
        wire.hasCapacity() ? wire.getCapacity() : null,
        wire.hasTtl()
            ? Duration.ofSeconds(wire.getTtl().getSeconds(), wire.getTtl().getNanos())
            : null,
        wire.getIndexableFieldsList());
  }

  static Options options(TypeOptions options) {
    Options.Builder wire = Options.newBuilder().addAllIndexableFields(options.indexedFields());
    Long capacity = options.capacity();
    if (capacity != null) {
      wire.setCapacity(capacity);
    }
    Duration ttl = options.ttl();
    if (ttl != null) {
      wire.setTtl(
          com.google.protobuf.Duration.newBuilder()
              .setSeconds(ttl.getSeconds())
              .setNanos(ttl.getNano()));
    }
    return wire.build();
  }
}
