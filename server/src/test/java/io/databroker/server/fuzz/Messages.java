package io.databroker.server.fuzz;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import java.util.List;
import java.util.Random;

/** Random well-formed messages of any type, with common or extreme values. */
final class Messages {
  private static final int DEEPEST = 5;
  private static final List<String> TEXTS =
      List.of(
          "",
          "t",
          "u",
          "a",
          "b",
          "id",
          "*",
          "$.a",
          "a.b.c",
          "type.googleapis.com/x",
          "\u0000",
          "é",
          "😀",
          "name",
          "value",
          "x".repeat(300),
          "y".repeat(5_000),
          "-1",
          "0.0.0.0/0");
  private static final List<Long> NUMBERS =
      List.of(
          0L,
          1L,
          2L,
          -1L,
          3L,
          100L,
          1L << 31,
          (1L << 31) - 1,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          315_576_000_000L,
          253_402_300_800L);

  private final Random random;

  /** Last known position of the store, so that some requests match it. */
  private long serverVersion;

  private long recordVersion;

  Messages(Random random) {
    this.random = random;
  }

  void at(long newServerVersion, long newRecordVersion) {
    serverVersion = newServerVersion;
    recordVersion = newRecordVersion;
  }

  /** Returns a message of the same type with random fields. */
  Message like(Message prototype) {
    return fill(prototype.newBuilderForType(), 0).build();
  }

  private Message.Builder fill(Message.Builder builder, int depth) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (random.nextInt(3) == 0) {
        continue;
      }
      if (field.isMapField()) {
        continue; // map entries of Struct are created below
      }
      if (field.isRepeated()) {
        int times = random.nextInt(10) == 0 ? random.nextInt(50) : random.nextInt(3);
        for (int i = 0; i < times; i++) {
          builder.addRepeatedField(field, value(builder, field, depth));
        }
      } else {
        builder.setField(field, value(builder, field, depth));
      }
    }
    return builder;
  }

  private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> (int) number(field);
      case LONG -> number(field);
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextBoolean() ? Double.NaN : random.nextGaussian();
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text();
      case BYTE_STRING -> ByteString.copyFrom(bytes(20));
      case ENUM -> field.getEnumType().getValues().get(0);
      case MESSAGE -> message(builder.newBuilderForField(field), depth + 1);
    };
  }

  private Message message(Message.Builder builder, int depth) {
    Message prototype = builder.getDefaultInstanceForType();
    if (prototype instanceof Any) {
      return any();
    } else if (prototype instanceof Struct) {
      return struct(depth);
    } else if (prototype instanceof Value) {
      return json(depth);
    } else if (prototype instanceof Timestamp) {
      return Timestamp.newBuilder().setSeconds(number()).setNanos((int) number()).build();
    } else if (prototype instanceof Duration) {
      return Duration.newBuilder().setSeconds(number()).setNanos((int) number()).build();
    } else if (prototype instanceof FieldMask) {
      return FieldMask.newBuilder().addPaths(text()).addPaths("value").build();
    }
    return depth > DEEPEST ? prototype : fill(builder, depth).build();
  }

  private Any any() {
    Message content =
        switch (random.nextInt(4)) {
          case 0 -> StringValue.of(text());
          case 1 -> struct(1);
          case 2 -> Any.pack(json(2));
          default -> Timestamp.newBuilder().setSeconds(number()).build();
        };
    return random.nextInt(4) == 0
        ? Any.newBuilder().setTypeUrl(text()).setValue(ByteString.copyFrom(bytes(40))).build()
        : Any.pack(content);
  }

  private Struct struct(int depth) {
    Struct.Builder fields = Struct.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      fields.putFields(
          random.nextInt(3) == 0 ? List.of("$and", "$or", "$equals").get(i % 3) : text(),
          json(depth + 1));
    }
    return fields.build();
  }

  private Value json(int depth) {
    Value.Builder value = Value.newBuilder();
    switch (random.nextInt(depth > DEEPEST ? 4 : 6)) {
      case 0 -> value.setNullValueValue(0);
      case 1 -> value.setBoolValue(random.nextBoolean());
      case 2 -> value.setNumberValue(random.nextDouble());
      case 3 -> value.setStringValue(text());
      case 4 -> value.setStructValue(struct(depth + 1));
      default -> value.setListValue(ListValue.newBuilder().addValues(json(depth + 1)));
    }
    return value.build();
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private long number(FieldDescriptor field) {
    if (random.nextInt(4) != 0 && field.getName().equals("server_version")) {
      return serverVersion;
    }
    if (random.nextInt(4) != 0 && field.getName().equals("record_version")) {
      return Math.max(0, recordVersion - random.nextInt(20));
    }
    return number();
  }

  private long number() {
    return NUMBERS.get(random.nextInt(NUMBERS.size()));
  }

  byte[] bytes(int most) {
    byte[] bytes = new byte[random.nextInt(most + 1)];
    random.nextBytes(bytes);
    return bytes;
  }
}
