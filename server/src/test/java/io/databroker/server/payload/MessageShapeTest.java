package io.databroker.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageShapeTest {
  private static final MessageShape GET = MessageShape.of(GetRequest.getDescriptor());

  private static ByteString times(int count, int... bytes) {
    byte[] all = new byte[count * bytes.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) bytes[i % bytes.length];
    }
    return ByteString.copyFrom(all);
  }

  private static int parts(MessageShape shape, ByteString bytes)
      throws InvalidProtocolBufferException {
    MessageShape.Count count = new MessageShape.Count(1_000, 100);
    shape.count(bytes.newCodedInput(), count);
    return count.parts();
  }

  private static ByteString hex(String bytes) {
    return ByteString.fromHex(bytes.replace(" ", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "08 01, a text as a varint",
    "0d 01 02 03 04, a text as four bytes",
    "0b 10 01 0c, a text as a group",
    "7b 10 01 7c, an unknown group",
    "7a 01 61, an unknown text"
  })
  void aFieldThatTheMessageDoesNotKnowIsAPart(String bytes, String what) throws Exception {
    ByteString one = hex(bytes);
    ByteString many = one;
    while (many.size() < 2_000 * one.size()) {
      many = many.concat(many);
    }
    assertThat(GetRequest.parseFrom(one).getUnknownFields().asMap()).as(what).isNotEmpty();
    assertThat(parts(GET, one)).as(what).isPositive();
    ByteString tooMany = many;
    assertThatThrownBy(() -> parts(GET, tooMany))
        .isInstanceOf(MessageShape.TooManyPartsException.class);
  }

  @Test
  void theFieldsInsideAnUnknownGroupAreParts() {
    ByteString group = hex("7b").concat(times(2_000, 0x08, 0x01)).concat(hex("7c"));
    assertThatCode(() -> GetRequest.parseFrom(group)).doesNotThrowAnyException();
    assertThatThrownBy(() -> parts(GET, group))
        .isInstanceOf(MessageShape.TooManyPartsException.class);
  }

  @Test
  void aClosedEnumHasAPartForEachValueThatItDoesNotKnow() throws Exception {
    MessageShape field = MessageShape.of(FieldDescriptorProto.getDescriptor());
    ByteString many = times(2_000, 0x20, 0x63); // label 99
    assertThat(FieldDescriptorProto.parseFrom(many).getUnknownFields().getField(4).getVarintList())
        .hasSize(2_000);
    assertThatThrownBy(() -> parts(field, many))
        .isInstanceOf(MessageShape.TooManyPartsException.class);
  }

  @Test
  void groupsThatDoNotEndAreNoMessage() {
    for (String bytes : new String[] {"7b", "7b 08", "7b 74", "7c", "0a 02 7b 08 01"}) {
      assertThatThrownBy(() -> GetRequest.parseFrom(hex(bytes)))
          .as(bytes)
          .isInstanceOf(InvalidProtocolBufferException.class);
      assertThatThrownBy(() -> parts(GET, hex(bytes)))
          .as(bytes)
          .isInstanceOf(InvalidProtocolBufferException.class);
    }
    assertThatThrownBy(() -> parts(GET, times(101, 0x7b).concat(times(101, 0x7c))))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .hasMessageContaining("nesting");
  }

  @Test
  void knownFieldsCountAsBefore() throws Exception {
    assertThat(parts(GET, GetRequest.newBuilder().setType("a").setId("b").build().toByteString()))
        .isZero();
    Value list =
        Value.newBuilder()
            .setListValue(ListValue.newBuilder().addValues(Value.getDefaultInstance()))
            .build();
    Struct struct = Struct.newBuilder().putFields("a", list).build();
    assertThat(parts(MessageShape.of(Struct.getDescriptor()), struct.toByteString())).isEqualTo(4);
    PutRequest put =
        PutRequest.newBuilder().addRecords(Record.newBuilder().setVersion(7).setType("a")).build();
    assertThat(parts(MessageShape.of(PutRequest.getDescriptor()), put.toByteString())).isEqualTo(1);
  }
}
