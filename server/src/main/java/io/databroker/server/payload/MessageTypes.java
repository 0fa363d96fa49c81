package io.databroker.server.payload;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.Value;
import io.databroker.api.FieldExtractor;
import io.databroker.api.InvalidArgumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The message types of payloads that the server knows: protobuf's well-known types, and those of
 * descriptor sets. Records of other types are stored and served like any; they are found by no
 * field and no text, and cannot be patched.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class MessageTypes {
  /** How deep messages nest; a level of JSON is three of them. */
  static final int DEEPEST = 1_000;

  /** Messages, elements of lists and unknown fields of one payload that are looked at. */
  static final int MOST_PARTS = 100_000;

  private static final MessageTypes WELL_KNOWN = new MessageTypes(FileLinker.wellKnown());

  private final FileLinker files;
  private final Map<String, Descriptor> byName = new HashMap<>();
  private final FieldExtractor extractor;

  private MessageTypes(FileLinker files) {
    this.files = files;
    files.all().forEach(file -> file.getMessageTypes().forEach(this::add));
    this.extractor = new PayloadFields(this, files.fingerprint());
  }

  private void add(Descriptor type) {
    byName.merge(type.getFullName(), type, MessageTypes::fuller);
    type.getNestedTypes().forEach(this::add);
  }

  /** Of two files that declare a type, takes the one that knows more of its fields. */
  private static Descriptor fuller(Descriptor one, Descriptor other) {
    return one.getFields().size() >= other.getFields().size() ? one : other;
  }

  /** The well-known types alone. */
  public static MessageTypes wellKnown() {
    return WELL_KNOWN;
  }

  /**
   * These and those of a descriptor set, as {@code protoc --include_imports --descriptor_set_out}
   * writes it.
   *
   * @throws InvalidArgumentException if it lacks an import, or has another file of a name that is
   *     known
   */
  public MessageTypes with(FileDescriptorSet set) {
    return new MessageTypes(files.with(set));
  }

  /**
   * These and those of the descriptor set in a file.
   *
   * @throws InvalidArgumentException if it cannot be read, or as {@link #with(FileDescriptorSet)}
   */
  public MessageTypes with(Path protoset) {
    FileDescriptorSet set;
    try {
      set =
          FileDescriptorSet.parseFrom(
              Files.readAllBytes(protoset), ExtensionRegistry.newInstance());
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidArgumentException(
          "protoset", protoset.toString(), "give what protoc --descriptor_set_out writes");
    } catch (IOException e) {
      throw new InvalidArgumentException(
          "protoset", protoset.toString(), "give a file that can be read: " + e);
    }
    return with(set);
  }

  /**
   * Finds values in payloads that are an Any of a known type: give it to each backend that the
   * server is to serve.
   */
  public FieldExtractor extractor() {
    return extractor;
  }

  /** The types, as protobuf's JSON needs them. */
  public TypeRegistry registry() {
    return TypeRegistry.newBuilder().add(byName.values()).build();
  }

  /** The type's name is what stands behind the last slash. */
  static String name(String typeUrl) {
    return typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
  }

  /**
   * The message, or null if its type is not known.
   *
   * @throws InvalidProtocolBufferException if the bytes are none of that type
   */
  @Nullable Message parse(Any payload) throws InvalidProtocolBufferException {
    String name = name(payload.getTypeUrl());
    Descriptor type = byName.get(name);
    if (type == null) {
      return null;
    }
    // What JSON comes to is frequent, and parsed faster by generated code.
    Message.Builder message =
        type == Struct.getDescriptor()
            ? Struct.newBuilder()
            : type == Value.getDescriptor() ? Value.newBuilder() : DynamicMessage.newBuilder(type);
    return parse(payload.getValue(), message);
  }

  /** The message that is encoded so, which may nest as deep as JSON that the server takes. */
  static Message parse(ByteString encoded, Message.Builder message)
      throws InvalidProtocolBufferException {
    // Two bytes can become a hundred in the heap, so they are counted before they do.
    MessageShape.of(message.getDescriptorForType())
        .count(encoded.newCodedInput(), new MessageShape.Count(MOST_PARTS, DEEPEST));
    CodedInputStream bytes = encoded.newCodedInput();
    bytes.setRecursionLimit(DEEPEST);
    try {
      message.mergeFrom(bytes);
      bytes.checkLastTagWas(0);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException("bytes at hand cannot fail to be read", e);
    }
    if (!message.isInitialized()) {
      throw new InvalidProtocolBufferException("it lacks a required field");
    }
    return message.build();
  }
}
