package io.databroker.server.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import io.databroker.server.proto.Record;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordLineTest {
  private static Record withData(Any data) {
    return Record.newBuilder().setType("t").setId("i").setData(data).build();
  }

  private static Any struct(ByteString bytes) {
    return Any.newBuilder()
        .setTypeUrl("type.googleapis.com/google.protobuf.Struct")
        .setValue(bytes)
        .build();
  }

  private static String dataOf(Any data) {
    String line = RecordLine.of(withData(data));
    assertThat(line).startsWith("{\"type\":\"t\",\"id\":\"i\",\"version\":\"0\"").endsWith("}");
    return line.contains("\"data\":")
        ? line.substring(line.indexOf("\"data\":") + 7, line.length() - 1)
        : "";
  }

  private static void assertKept(Any data) throws JsonException {
    Record back = RecordLine.parse(RecordLine.of(withData(data)));
    assertThat(back.getData().toByteString()).isEqualTo(data.toByteString());
  }

  @Test
  void aRecordIsOneLine() throws Exception {
    Record record =
        Record.newBuilder()
            .setType("ty\"pe\n")
            .setId("é😀\u2028")
            .setVersion(-1)
            .setModifiedAt(Timestamp.newBuilder().setSeconds(1).setNanos(2_000))
            .setDeletedAt(Timestamp.newBuilder().setSeconds(3))
            .setData(RecordLine.data("{\"b\": [1, -2.5, true, null], \"a\": {\"c\": \"<d>\"}}"))
            .build();
    assertThat(RecordLine.of(record))
        .isEqualTo(
            "{\"type\":\"ty\\\"pe\\n\",\"id\":\"é😀\\u2028\",\"version\":\"18446744073709551615\","
                + "\"modifiedAt\":\"1970-01-01T00:00:01.000002Z\","
                + "\"deletedAt\":\"1970-01-01T00:00:03Z\","
                + "\"data\":{\"b\":[1,-2.5,true,null],\"a\":{\"c\":\"<d>\"}}}");
    assertThat(RecordLine.parse(RecordLine.of(record)))
        .isEqualTo(record.toBuilder().clearVersion().clearModifiedAt().build());
  }

  @Test
  void whatJsonCannotTellIsShownAsTypeAndBytes() throws Exception {
    Struct ab =
        Struct.newBuilder()
            .putFields("a", Value.newBuilder().setNumberValue(1).build())
            .putFields("b", Value.newBuilder().setNumberValue(2).build())
            .build();
    ByteString unknown = ByteString.copyFrom(new byte[] {0x78, 0x05});
    List<Any> odd =
        List.of(
            Any.pack(StringValue.of("blue")),
            Any.newBuilder().setValue(ByteString.copyFromUtf8("x")).build(),
            Any.newBuilder().setTypeUrl("/google.protobuf.Struct").build(),
            struct(ab.toByteString().concat(unknown)),
            struct(ab.toByteString().concat(ab.toByteString())),
            struct(ByteString.copyFromUtf8("not a struct")),
            struct(one("@type", Value.newBuilder().setStringValue("x"))),
            struct(one("a", Value.newBuilder())),
            struct(one("a", Value.newBuilder().setNumberValue(Double.NaN))),
            struct(one("a", Value.newBuilder().setNumberValue(Double.NEGATIVE_INFINITY))),
            struct(one("a", Value.newBuilder().setNullValueValue(7))),
            struct(nested(300)));
    for (Any data : odd) {
      assertThat(dataOf(data)).startsWith("{\"@type\":\"").doesNotContain("@unknown");
      assertKept(data);
    }
    Any ofTheFuture =
        struct(ab.toByteString()).toBuilder()
            .setUnknownFields(UnknownFieldSet.parseFrom(unknown))
            .build();
    assertThat(dataOf(ofTheFuture)).contains("@unknown");
    assertKept(ofTheFuture);
  }

  @Test
  void aStructIsShownAsJsonInItsOwnOrder() throws Exception {
    for (String json : List.of("{}", "{\"b\":1,\"a\":2}", "{\"\":-0.0}", "{\"a\":1.0E300}")) {
      assertThat(dataOf(RecordLine.data(json))).isEqualTo(json);
      assertKept(RecordLine.data(json));
    }
    for (int levels = 50; levels < 300; levels++) {
      assertKept(struct(nested(levels)));
    }
    assertThat(dataOf(struct(nested(50)))).startsWith("{\"n\":{");
  }

  @Test
  void noDataIsNotThesameAsAnEmptyObject() throws Exception {
    assertThat(dataOf(Any.getDefaultInstance())).isEmpty();
    assertKept(Any.getDefaultInstance());
    assertThat(RecordLine.parse("{\"type\":\"t\",\"id\":\"i\",\"data\":{}}").getData())
        .isEqualTo(Any.pack(Struct.getDefaultInstance()));
  }

  private static ByteString one(String name, Value.Builder value) {
    return Struct.newBuilder().putFields(name, value.build()).build().toByteString();
  }

  private static ByteString nested(int levels) {
    Struct inner = Struct.getDefaultInstance();
    for (int i = 0; i < levels; i++) {
      inner =
          Struct.newBuilder()
              .putFields("n", Value.newBuilder().setStructValue(inner).build())
              .build();
    }
    return inner.toByteString();
  }

  @Test
  void randomDataIsKeptByteForByte() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int asJson = 0;
    int rounds = 3_000;
    for (int i = 0; i < rounds; i++) {
      Any data = struct(randomStruct(random, 4).toByteString());
      assertThat(RecordLine.parse(RecordLine.of(withData(data))).getData().toByteString())
          .as("seed %d, round %d", seed, i)
          .isEqualTo(data.toByteString());
      asJson += dataOf(data).contains("\"@type\"") ? 0 : 1;
    }
    System.out.printf("seed %d: %d of %d shown as JSON%n", seed, asJson, rounds);
    assertThat(asJson).as("seed %d", seed).isBetween(rounds / 2, rounds - 1);
  }

  @Test
  void randomBytesAreKeptByteForByte() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    System.out.println("seed " + seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = randomStruct(random, 3).toByteArray();
      if (bytes.length > 0) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      Any data = struct(ByteString.copyFrom(bytes));
      assertThat(RecordLine.parse(RecordLine.of(withData(data))).getData().toByteString())
          .as("seed %d, round %d", seed, i)
          .isEqualTo(data.toByteString());
    }
  }

  private static Struct randomStruct(Random random, int depth) {
    Struct.Builder struct = Struct.newBuilder();
    List<String> names = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      names.add(randomText(random));
    }
    Collections.shuffle(names, random);
    names.forEach(name -> struct.putFields(name, randomValue(random, depth)));
    return struct.build();
  }

  private static Value randomValue(Random random, int depth) {
    Value.Builder value = Value.newBuilder();
    switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> value.setNullValue(NullValue.NULL_VALUE);
      case 1 -> value.setBoolValue(random.nextBoolean());
      case 2 -> value.setStringValue(randomText(random));
      case 3 -> value.setNumberValue(random.nextInt(1_000) - 500);
      case 4 -> value.setNumberValue(Double.longBitsToDouble(random.nextLong()));
      case 5 -> value.setNumberValue((double) random.nextLong());
      case 6 -> value.setStructValue(randomStruct(random, depth - 1));
      default -> {
        ListValue.Builder list = ListValue.newBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.addValues(randomValue(random, depth - 1));
        }
        value.setListValue(list);
      }
    }
    if (random.nextInt(100) == 0) {
      value.setNumberValue(Double.NaN);
    }
    return value.build();
  }

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      int c =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(0x80);
            case 1 -> random.nextInt(0xD800);
            case 2 -> 0xE000 + random.nextInt(0x110000 - 0xE000);
            default -> "\"\\/@\0\u2028\uFFFF".codePointAt(random.nextInt(7));
          };
      text.appendCodePoint(c);
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                       | not a JSON object",
        "``                                       | not JSON; it ends too early",
        "nonsense                                 | not JSON; look at column 1",
        "{\"type\":\"t\",\"id\":\"i\"             | not JSON; it ends too early",
        "{\"type\":\"t\",\"id\":\"i\"} {}         | not JSON; look at column 24",
        "{'type':'t','id':'i'}                    | not JSON; look at column 3",
        "{\"type\":\"t\"}                         | \"id\" is missing or empty",
        "{\"type\":\"\",\"id\":\"i\"}             | \"type\" is missing or empty",
        "{\"type\":1,\"id\":\"i\"}                | \"type\" is not a string",
        "{\"type\":\"t\",\"id\":\"i\",\"x\":1}    | unknown member \"x\"; a record has type, id, version, modifiedAt, deletedAt and data",
        "{\"type\":\"t\",\"id\":\"i\",\"id\":\"\"}| \"id\" comes twice in one object",
        "{\"type\":\"t\",\"id\":\"\\ud800\"}      | \\ud800 is half of a surrogate pair",
        "{\"type\":\"t\",\"id\":\"i\",\"data\":1} | \"data\" is not an object",
        "{\"type\":\"t\",\"id\":\"i\",\"deletedAt\":\"now\"} | \"deletedAt\" is not a time "
            + "such as 2026-01-02T03:04:05Z",
        "{\"type\":\"t\",\"id\":\"i\",\"data\":{\"@type\":\"\",\"@value\":\"?\"}} | "
            + "\"@value\" is not base64",
        "{\"type\":\"t\",\"id\":\"i\",\"data\":{\"@type\":\"\",\"x\":\"\"}} | an object "
            + "with \"@type\" holds only \"@value\" beside it",
      })
  void aBadLineIsRefusedInWords(String line, String problem) {
    assertThatThrownBy(() -> RecordLine.parse(line))
        .isInstanceOf(JsonException.class)
        .hasMessage(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9007199254740993",
        "-9007199254740993",
        "18446744073709551615",
        "1e309",
        "1e-400",
        "-0.001E-999"
      })
  void aNumberThatWouldChangeIsRefused(String number) {
    assertThatThrownBy(() -> RecordLine.data("{\"a\":" + number + "}"))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining(number)
        .hasMessageContaining("write it as a string");
  }

  @ParameterizedTest
  @ValueSource(strings = {"9007199254740992", "1152921504606846976", "0.1", "1e308", "-0"})
  void aNumberThatADoubleHoldsIsTaken(String number) throws Exception {
    assertKept(RecordLine.data("{\"a\":" + number + "}"));
  }

  @Test
  void nestingIsBounded() throws IOException {
    String deep = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
    assertThatThrownBy(() -> RecordLine.data(deep))
        .isInstanceOf(JsonException.class)
        .hasMessage("nested too deeply; use at most 200 levels");
  }
}
