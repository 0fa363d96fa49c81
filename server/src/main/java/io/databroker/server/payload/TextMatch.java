package io.databroker.server.payload;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.databroker.api.StoredRecord;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Case-insensitive search for a text in all texts of a payload: values of fields, keys of maps,
 * members of Structs, and messages inside an Any if their type is known.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class TextMatch implements Predicate<StoredRecord> {
  private final MessageTypes types;
  private final TextSearch search;

  /**
   * Creates a match for payloads that contain that text; every payload contains the empty text.
   *
   * @param check is called now and then, and may throw to end the search
   */
  public TextMatch(MessageTypes types, String text, Runnable check) {
    this.types = types;
    this.search = new TextSearch(text, check);
  }

  @Override
  public boolean test(StoredRecord record) {
    if (search.isEmpty()) {
      return true;
    }
    try {
      return inAny(Any.parseFrom(record.payload().asByteBuffer()), 0);
    } catch (InvalidProtocolBufferException e) {
      return false; // not a message, so it has no text
    }
  }

  private boolean inAny(Any any, int depth) throws InvalidProtocolBufferException {
    Message message = types.parse(any);
    return message != null && inMessage(message, depth + 1);
  }

  private boolean inMessage(Message message, int depth) throws InvalidProtocolBufferException {
    if (depth > MessageTypes.DEEPEST) {
      return false;
    }
    if (message.getDescriptorForType() == Any.getDescriptor()) {
      Any any = Any.newBuilder().mergeFrom(message.toByteString()).build();
      return search.isIn(any.getTypeUrl()) || inNested(any, depth);
    }
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      JavaType type = field.getKey().getJavaType();
      if (type == JavaType.STRING || type == JavaType.MESSAGE) {
        List<?> contents =
            field.getKey().isRepeated() ? (List<?>) field.getValue() : List.of(field.getValue());
        for (Object content : contents) {
          if (inContent(content, depth)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private boolean inContent(Object content, int depth) throws InvalidProtocolBufferException {
    if (content instanceof String text) {
      return search.isIn(text);
    }
    return inMessage((Message) content, depth + 1);
  }

  private boolean inNested(Any any, int depth) {
    try {
      return inAny(any, depth);
    } catch (InvalidProtocolBufferException e) {
      return false; // the rest of the payload may still match
    }
  }
}
