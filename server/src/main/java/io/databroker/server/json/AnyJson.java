package io.databroker.server.json;

import com.google.gson.JsonObject;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Converts the data of a record to a JSON object and back, without losing a byte.
 *
 * <p>A Struct becomes plain JSON if that JSON reads back as the same bytes. Everything else becomes
 * {@code {"@type": URL, "@value": base64}}: other messages, and Structs that JSON cannot express,
 * such as those with unusually encoded members, numbers that are not finite, or a member named
 * {@code @type}.
 */
final class AnyJson {
  private static final String STRUCT_URL = Any.pack(Struct.getDefaultInstance()).getTypeUrl();
  private static final String TYPE = "@type";
  private static final String VALUE = "@value";

  /** Unknown fields of the Any itself. */
  private static final String UNKNOWN = "@unknown";

  /** Levels of protobuf for each level of JSON. */
  private static final int DEPTH = 3 * StructReader.LEVELS + 3;

  private AnyJson() {}

  static Any read(Struct object) throws JsonException {
    if (!object.containsFields(TYPE)) {
      return Any.newBuilder().setTypeUrl(STRUCT_URL).setValue(object.toByteString()).build();
    }
    if (!Set.of(TYPE, VALUE, UNKNOWN).containsAll(object.getFieldsMap().keySet())) {
      throw new JsonException("an object with \"@type\" holds only \"@value\" beside it");
    }
    Any.Builder any =
        Any.newBuilder().setTypeUrl(string(object, TYPE)).setValue(bytes(object, VALUE));
    try {
      any.setUnknownFields(UnknownFieldSet.parseFrom(bytes(object, UNKNOWN)));
    } catch (InvalidProtocolBufferException e) {
      throw new JsonException("\"@unknown\" does not hold protobuf fields");
    }
    return any.build();
  }

  static String text(Any any) {
    String plain = structText(any);
    if (plain != null) {
      return plain;
    }
    JsonObject json = new JsonObject();
    json.addProperty(TYPE, any.getTypeUrl());
    json.addProperty(VALUE, base64(any.getValue()));
    if (any.getUnknownFields().getSerializedSize() > 0) {
      json.addProperty(UNKNOWN, base64(any.getUnknownFields().toByteString()));
    }
    return json.toString();
  }

  /** Returns JSON that reads back as the same bytes, or null if there is none. */
  private static @Nullable String structText(Any any) {
    if (!any.getTypeUrl().equals(STRUCT_URL)) {
      return null;
    }
    try {
      var bytes = any.getValue().newCodedInput();
      bytes.setRecursionLimit(DEPTH);
      Writer text = new StringWriter();
      boolean written = StructWriter.write(RecordLine.writer(text), Struct.parseFrom(bytes));
      return written && read(StructReader.object(text.toString())).equals(any)
          ? text.toString()
          : null;
    } catch (IOException | JsonException e) { // not a Struct, or not one of JSON
      return null;
    }
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static String string(Struct object, String name) throws JsonException {
    Value none = Value.newBuilder().setStringValue("").build();
    return RecordLine.string(name, object.getFieldsOrDefault(name, none));
  }

  private static ByteString bytes(Struct object, String name) throws JsonException {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(string(object, name)));
    } catch (IllegalArgumentException e) {
      throw new JsonException("\"" + name + "\" is not base64");
    }
  }
}
