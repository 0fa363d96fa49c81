package io.databroker.server.payload;

import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.StructProto;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import com.google.protobuf.WrappersProto;

/** A message type that a server knows only by its descriptor set. */
public final class Shop {
  private static final String FILE =
      """
      name: "shop.proto" package: "shop" syntax: "proto3"
      dependency: "google/protobuf/struct.proto" dependency: "google/protobuf/wrappers.proto"
      message_type {
        name: "Order"
        field { name: "buyer" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
        field { name: "note" number: 2 label: LABEL_OPTIONAL type: TYPE_STRING oneof_index: 0 proto3_optional: true }
        field { name: "tags" number: 3 label: LABEL_REPEATED type: TYPE_STRING }
        field { name: "to" number: 4 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".shop.Place" }
        field { name: "labels" number: 5 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".shop.Order.LabelsEntry" }
        field { name: "extra" number: 6 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".google.protobuf.Struct" }
        field { name: "code" number: 7 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".google.protobuf.StringValue" }
        field { name: "count" number: 8 label: LABEL_OPTIONAL type: TYPE_INT64 }
        field { name: "any" number: 9 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".google.protobuf.Value" }
        field { name: "places" number: 10 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".shop.Order.PlacesEntry" }
        nested_type {
          name: "LabelsEntry" options { map_entry: true }
          field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
          field { name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_STRING }
        }
        nested_type {
          name: "PlacesEntry" options { map_entry: true }
          field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
          field { name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".shop.Place" }
        }
        oneof_decl { name: "_note" }
      }
      message_type {
        name: "Place"
        field { name: "city" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
        field { name: "within" number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".shop.Place" }
      }
      """;

  private Shop() {}

  static FileDescriptorProto file() {
    FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder();
    try {
      TextFormat.merge(FILE, file);
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
    return file.build();
  }

  /** Returns the descriptor set as protoc writes it with --include_imports. */
  public static FileDescriptorSet protoset() {
    return FileDescriptorSet.newBuilder()
        .addFile(WrappersProto.getDescriptor().toProto())
        .addFile(StructProto.getDescriptor().toProto())
        .addFile(file())
        .build();
  }

  /** An order, written in protobuf's text format. */
  public static Any order(String text) {
    try {
      FileDescriptor linked =
          FileDescriptor.buildFrom(
              file(),
              new FileDescriptor[] {StructProto.getDescriptor(), WrappersProto.getDescriptor()});
      Descriptor type = linked.findMessageTypeByName("Order");
      DynamicMessage.Builder order = DynamicMessage.newBuilder(type);
      TextFormat.merge(text, order);
      return Any.newBuilder()
          .setTypeUrl("type.googleapis.com/shop.Order")
          .setValue(order.build().toByteString())
          .build();
    } catch (ParseException | DescriptorValidationException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
