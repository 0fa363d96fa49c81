package io.databroker.host.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.databroker.api.Bytes;
import io.databroker.host.Codec;

/**
 * Codec for protobuf messages ({@code com.google.protobuf:protobuf-java} or its lite version).
 *
 * <p>Unknown fields are kept, so that a host with an older schema does not lose them when it
 * rewrites a record.
 *
 * @param <T> class of the messages
 */
@SuppressWarnings("exports") // applications that use it have the library
public final class ProtobufCodec<T extends MessageLite> implements Codec<T> {
  private final Parser<T> parser;

  private ProtobufCodec(Parser<T> parser) {
    this.parser = parser;
  }

  /**
   * Returns a codec for the messages of one class.
   *
   * @param example any message of the class, such as {@code Car.getDefaultInstance()}
   */
  @SuppressWarnings("unchecked") // a generated message has a parser of its own class
  public static <T extends MessageLite> ProtobufCodec<T> of(T example) {
    return new ProtobufCodec<>((Parser<T>) example.getParserForType());
  }

  @Override
  public Bytes encode(T value) {
    return Bytes.copyOf(value.toByteArray());
  }

  @Override
  public T decode(Bytes payload) {
    try {
      return parser.parseFrom(payload.asByteBuffer());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "the payload is not a message of that class: " + e.getMessage(), e);
    }
  }
}
