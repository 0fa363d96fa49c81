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
 * Known message types of payloads: protobuf's well-known types, and those of descriptor sets.
 * Records of other types are stored and served like any others, but cannot be found by field or
 * text, and cannot be patched.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class MessageTypes {
  /** Deepest nesting of messages; a level of JSON takes three levels. */
  static final int DEEPEST = 1_000;

  /**
   * Largest number of parts (messages, elements of lists, unknown fields) of a payload that is
   * parsed.
   */
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

  /** Chooses between two files that declare a type: the file with more of its fields. */
  private static Descriptor fuller(Descriptor one, Descriptor other) {
    return one.getFields().size() >= other.getFields().size() ? one : other;
  }

  /** Returns the well-known types. */
  public static MessageTypes wellKnown() {
    return WELL_KNOWN;
  }

  /**
   * Returns these types and those of a descriptor set, as {@code protoc --include_imports
   * --descriptor_set_out} writes it.
   *
   * @throws InvalidArgumentException if an import is missing, or a file differs from a known file
   *     of the same name
   */
  public MessageTypes with(FileDescriptorSet set) {
    return new MessageTypes(files.with(set));
  }

  /**
   * Returns these types and those of the descriptor set in a file.
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
          "protoset", protoset.toString(), "give a file written by protoc --descriptor_set_out");
    } catch (IOException e) {
      throw new InvalidArgumentException(
          "protoset", protoset.toString(), "give a file that can be read: " + e);
    }
    return with(set);
  }

  /**
   * Returns the function that extracts indexed fields from payloads; every backend of the server
   * needs it.
   */
  public FieldExtractor extractor() {
    return extractor;
  }

  /** Returns the types in the form that protobuf's JSON needs. */
  public TypeRegistry registry() {
    return TypeRegistry.newBuilder().add(byName.values()).build();
  }

  /** Returns the name of the type: the part of the URL after the last slash. */
  static String name(String typeUrl) {
    return typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
  }

  /**
   * Returns the message; null if its type is not known.
   *
   * @throws InvalidProtocolBufferException if the bytes are not a message of that type
   */
  @Nullable Message parse(Any payload) throws InvalidProtocolBufferException {
    String name = name(payload.getTypeUrl());
    Descriptor type = byName.get(name);
    if (type == null) {
      return null;
    }
    // JSON values are frequent, and generated code parses them faster.
    Message.Builder message =
        type == Struct.getDescriptor()
            ? Struct.newBuilder()
            : type == Value.getDescriptor() ? Value.newBuilder() : DynamicMessage.newBuilder(type);
    return parse(payload.getValue(), message);
  }

  /** Parses a message, which may nest as deeply as the JSON that the server accepts. */
  static Message parse(ByteString encoded, Message.Builder message)
      throws InvalidProtocolBufferException {
    // Two bytes can become a hundred in the heap, so the parts are counted before they are parsed.
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
      throw new IllegalStateException("reading from an array cannot fail", e);
    }
    if (!message.isInitialized()) {
      throw new InvalidProtocolBufferException("it lacks a required field");
    }
    return message.build();
  }
}
