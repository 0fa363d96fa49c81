package io.databroker.server.payload;

import com.google.protobuf.Any;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.FieldMaskUtil;
import io.databroker.api.Bytes;
import io.databroker.api.InvalidArgumentException;
import io.databroker.host.patch.Patch;
import io.databroker.server.wire.WireValues;
import org.jspecify.annotations.Nullable;

/**
 * Patch of payloads: it copies the fields that a mask names from one message into a payload of the
 * same type, and clears those that are not set in the message.
 *
 * <p>In a Struct, and in a Value that holds one, a path names members: {@code a.b}, or {@code
 * fields.a.b} as in protobuf; {@code fields} by itself names all members.
 *
 * <p><b>Thread-safety:</b> none, like its mask.
 */
public final class PayloadPatch implements Patch.Change {
  private static final int SHOWN = 200;
  private static final FieldMaskUtil.MergeOptions REPLACE =
      new FieldMaskUtil.MergeOptions()
          .setReplaceMessageFields(true)
          .setReplaceRepeatedFields(true)
          .setReplacePrimitiveFields(true);

  private final MessageTypes types;
  private final String argument;
  private final String typeUrl;
  private final Message source;
  private final PatchMask mask;

  private PayloadPatch(
      MessageTypes types, String argument, String typeUrl, Message source, PatchMask mask) {
    this.types = types;
    this.argument = argument;
    this.typeUrl = typeUrl;
    this.source = source;
    this.mask = mask;
  }

  /**
   * Creates a patch.
   *
   * @param argument the name of {@code data} in errors
   * @throws InvalidArgumentException if the message's type is not known, its bytes are not a
   *     message of that type, or the mask names an unknown field
   */
  public static PayloadPatch of(MessageTypes types, String argument, Any data, PatchMask mask) {
    Message source = parse(types, argument, data);
    if (members(source) == null) {
      var unused = mask.of(source.getDescriptorForType());
    } else {
      var unused = mask.members(source.getDescriptorForType());
    }
    return new PayloadPatch(types, argument, data.getTypeUrl(), source, mask);
  }

  private static Message parse(MessageTypes types, String argument, Any data) {
    try {
      Message message = types.parse(data);
      if (message == null) {
        throw new InvalidArgumentException(
            argument + ".type_url",
            data.getTypeUrl(),
            "this type is not known here, so its fields cannot be changed: put the whole "
                + "record, or serve with the type's descriptor set");
      }
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidArgumentException(
          argument,
          data.getTypeUrl(),
          "its bytes are not a message of that type: " + e.getMessage());
    }
  }

  /**
   * Returns the payload with these fields.
   *
   * @throws InvalidArgumentException if the payload is not a message of that type
   */
  @Override
  public Bytes apply(Bytes payload) {
    Any stored;
    try {
      stored = Any.parseFrom(payload.asByteBuffer());
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidArgumentException(
          argument, typeUrl, "the record holds no message, so put the whole record");
    }
    if (stored.getTypeUrl().isEmpty()) {
      throw new InvalidArgumentException(
          argument + ".type_url", typeUrl, "the record holds no message, so put the whole record");
    }
    if (!MessageTypes.name(stored.getTypeUrl()).equals(MessageTypes.name(typeUrl))) {
      throw new InvalidArgumentException(
          argument + ".type_url",
          typeUrl,
          "the record holds a "
              + shortened(stored.getTypeUrl())
              + ", so give a message of that type");
    }
    Message merged = merge(parse(types, "the record's payload", stored));
    return WireValues.payload(stored.toBuilder().setValue(merged.toByteString()).build());
  }

  private Message merge(Message stored) {
    Struct from = members(source);
    if (from != null) {
      Struct to = members(stored);
      Struct merged =
          mask.members(source.getDescriptorForType())
              .merge(from, to == null ? Struct.getDefaultInstance() : to);
      return stored instanceof Value ? Value.newBuilder().setStructValue(merged).build() : merged;
    }
    Message.Builder merged = stored.toBuilder();
    FieldMask fields = mask.of(source.getDescriptorForType());
    FieldMaskUtil.merge(fields, source, merged, REPLACE);
    if (!merged.isInitialized()) {
      throw new InvalidArgumentException(
          "field_mask",
          shortened(FieldMaskUtil.toString(fields)),
          "set what is required: " + shortened(merged.getInitializationErrorString()));
    }
    return merged.build();
  }

  /** Shortens a text, because a status has to fit in a header. */
  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + '…';
  }

  private static @Nullable Struct members(Message message) {
    if (message instanceof Value value) {
      return value.hasStructValue() ? value.getStructValue() : null;
    }
    return message instanceof Struct struct ? struct : null;
  }
}
