package io.databroker.server.payload;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dotted path to a text in a message. It leads through fields of messages, entries of maps with
 * text keys, and members of Structs.
 */
final class FieldPath {
  private FieldPath() {}

  /** Returns the text at the path; null if there is none, or if the field is not set. */
  static @Nullable String text(Message message, String path) {
    return inMessage(message, List.of(path.split("\\.", -1)));
  }

  private static @Nullable String inMessage(Message message, List<String> path) {
    if (message instanceof Struct struct) {
      return inStruct(struct, path);
    }
    if (message instanceof Value value) {
      return inValue(value, path);
    }
    Descriptor type = message.getDescriptorForType();
    if (type == Struct.getDescriptor()) {
      return inStruct((Struct) generated(message, Struct.newBuilder()), path);
    }
    if (type == Value.getDescriptor()) {
      return inValue((Value) generated(message, Value.newBuilder()), path);
    }
    if (path.isEmpty()) {
      // A wrapped text, the form of optional text in older protocols.
      FieldDescriptor only = type == StringValue.getDescriptor() ? type.findFieldByNumber(1) : null;
      return only == null ? null : (String) message.getField(only);
    }
    FieldDescriptor field = type.findFieldByName(path.get(0));
    if (field == null) {
      return null;
    }
    List<String> rest = path.subList(1, path.size());
    if (field.isMapField()) {
      return inMap(message, field, rest);
    }
    if (field.isRepeated() || (field.hasPresence() && !message.hasField(field))) {
      return null;
    }
    return inField(message.getField(field), field, rest);
  }

  private static Message generated(Message message, Message.Builder same) {
    try {
      return MessageTypes.parse(message.toByteString(), same);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a parsed message cannot be parsed", e);
    }
  }

  private static @Nullable String inField(
      Object content, FieldDescriptor field, List<String> path) {
    if (field.getJavaType() == JavaType.MESSAGE) {
      return inMessage((Message) content, path);
    }
    if (field.getJavaType() != JavaType.STRING || !path.isEmpty()) {
      return null;
    }
    String text = (String) content;
    return text.isEmpty() && !field.hasPresence() ? null : text;
  }

  private static @Nullable String inMap(Message message, FieldDescriptor map, List<String> path) {
    Descriptor entryType = map.getMessageType();
    FieldDescriptor key = entryType.findFieldByNumber(1);
    FieldDescriptor value = entryType.findFieldByNumber(2);
    if (path.isEmpty() || key.getJavaType() != JavaType.STRING) {
      return null;
    }
    for (int i = 0; i < message.getRepeatedFieldCount(map); i++) {
      Message entry = (Message) message.getRepeatedField(map, i);
      if (entry.getField(key).equals(path.get(0))) {
        List<String> rest = path.subList(1, path.size());
        Object content = entry.getField(value);
        return value.getJavaType() == JavaType.STRING
            ? rest.isEmpty() ? (String) content : null
            : inField(content, value, rest);
      }
    }
    return null;
  }

  private static @Nullable String inStruct(Struct struct, List<String> path) {
    Value member = path.isEmpty() ? null : struct.getFieldsMap().get(path.get(0));
    return member == null ? null : inValue(member, path.subList(1, path.size()));
  }

  private static @Nullable String inValue(Value value, List<String> path) {
    if (value.hasStructValue()) {
      return inStruct(value.getStructValue(), path);
    }
    return path.isEmpty() && value.hasStringValue() ? value.getStringValue() : null;
  }
}
