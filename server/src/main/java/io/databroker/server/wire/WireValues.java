package io.databroker.server.wire;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.Record;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * Converts values of the API to messages and back, without checks. A payload is the bytes of a
 * record's Any.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class WireValues {
  private WireValues() {}

  /** Returns a time as a message. */
  public static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  /** Returns the time of a message. */
  public static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  /** Returns the payload that holds a message. */
  public static Bytes payload(Any data) {
    return Bytes.copyOf(data.toByteString().asReadOnlyByteBuffer());
  }

  /**
   * Returns the message in a payload. A payload in the own format of an embedding host becomes a
   * BytesValue: it is shown instead of hidden.
   */
  public static Any data(Bytes payload) {
    ByteString bytes = UnsafeByteOperations.unsafeWrap(payload.asByteBuffer());
    try {
      CodedInputStream in = bytes.newCodedInput();
      in.enableAliasing(true); // the value is a part of the copied message
      Any any = Any.parseFrom(in);
      in.checkLastTagWas(0); // as the protocol's documentation requires
      return any;
    } catch (IOException e) {
      return Any.pack(BytesValue.of(bytes));
    }
  }

  /** Returns the record in a message. */
  public static StoredRecord record(Record wire) {
    return new StoredRecord(
        wire.getType(),
        wire.getId(),
        wire.getVersion(),
        payload(wire.getData()),
        instant(wire.getModifiedAt()),
        wire.hasDeletedAt());
  }

  /** Returns the message of a record without its payload. */
  public static Record.Builder withoutData(StoredRecord stored) {
    Record.Builder record =
        Record.newBuilder()
            .setVersion(stored.version())
            .setType(stored.type())
            .setId(stored.id())
            .setModifiedAt(timestamp(stored.modifiedAt()));
    if (stored.deleted()) {
      record.setDeletedAt(record.getModifiedAt());
    }
    return record;
  }

  /** Returns the options in a message. */
  public static TypeOptions options(Options wire) {
    return new TypeOptions(
        wire.hasCapacity() ? wire.getCapacity() : null,
        wire.hasTtl()
            ? Duration.ofSeconds(wire.getTtl().getSeconds(), wire.getTtl().getNanos())
            : null,
        wire.getIndexableFieldsList());
  }

  /** Returns options as a message. */
  public static Options options(TypeOptions options) {
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
