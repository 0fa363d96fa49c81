package io.databroker.server.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.databroker.server.proto.Record;

/** Structs written as JSON with single quotes. */
final class Structs {
  private Structs() {}

  static Struct struct(String json) {
    Struct.Builder struct = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(json.replace('\'', '"'), struct);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json, e);
    }
    return struct.build();
  }

  static Record record(String type, String id, String json) {
    return Record.newBuilder().setType(type).setId(id).setData(Any.pack(struct(json))).build();
  }
}
