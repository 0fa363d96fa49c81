package io.databroker.server.payload;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadFieldsTest {
  private static final Logger LOGGER = Logger.getLogger(PayloadFields.class.getName());

  private final FieldExtractor fields = MessageTypes.wellKnown().with(Shop.protoset()).extractor();
  private final List<String> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.setLevel(Level.ALL); // restores the level that a command of another test may have set
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    LOGGER.removeHandler(handler);
    LOGGER.setLevel(null);
  }

  private Map<String, String> extract(Any payload, String... paths) {
    Bytes bytes = Bytes.copyOf(payload.toByteArray());
    return fields.extract("t", bytes, List.of(paths));
  }

  private static Any json(String text) throws Exception {
    Struct.Builder struct = Struct.newBuilder();
    JsonFormat.parser().merge(text.replace('\'', '"'), struct);
    return Any.pack(struct.build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "buyer: 'Ann' | buyer | Ann",
        "buyer: '' | buyer |",
        "note: '' | note | ''",
        "count: 1 | note |",
        "count: 1 | count |",
        "tags: 'x' | tags |",
        "to { city: 'Ulm' } | to.city | Ulm",
        "to { city: 'Ulm' } | to |",
        "to { city: 'Ulm' } | to.city.name |",
        "to { within { city: 'Bonn' } } | to.within.city | Bonn",
        "to { within { city: 'Bonn' } } | to.city |",
        "labels { key: 'env' value: 'prod' } | labels.env | prod",
        "labels { key: 'env' value: '' } | labels.env | ''",
        "labels { key: 'env' value: 'prod' } | labels.other |",
        "labels { key: 'env' value: 'prod' } | labels |",
        "labels { key: 'env' value: 'prod' } | labels.env.x |",
        "places { key: 'home' value { city: 'Ulm' } } | places.home.city | Ulm",
        "extra { fields { key: 'a' value { string_value: 'b' } } } | extra.a | b",
        "any { struct_value { fields { key: 'a' value { string_value: 'b' } } } } | any.a | b",
        "any { string_value: 'b' } | any | b",
        "any { number_value: 1 } | any |",
        "code { value: 'c7' } | code | c7",
        "code { } | code | ''",
        "code { value: 'c7' } | code.value | c7",
        "buyer: 'Ann' | nothing |",
        "buyer: 'Ann' | Buyer |",
        "buyer: 'Ann' | . |",
      })
  void textIsFoundByPath(String order, String path, String value) {
    Map<String, String> found = extract(Shop.order(order), path);
    assertThat(found)
        .isEqualTo(value == null ? Map.of() : Map.of(path, value.equals("''") ? "" : value));
  }

  @Test
  void membersOfAStructAreFoundByPath() throws Exception {
    Any payload =
        json("{'a':'1','b':{'c':'2','d':3,'':'4'},'e':['5'],'f':null,'g':true,'h.i':'6','j':''}");
    assertThat(extract(payload, "a", "b.c", "b.d", "b", "b.", "e", "e.0", "f", "g", "h.i", "j"))
        .isEqualTo(Map.of("a", "1", "b.c", "2", "b.", "4", "j", ""));
    Value value = Value.newBuilder().setStructValue(payload.unpack(Struct.class)).build();
    assertThat(extract(Any.pack(value), "a", "b.c")).isEqualTo(Map.of("a", "1", "b.c", "2"));
    assertThat(extract(payload)).isEmpty();
  }

  @Test
  void aRangeIsItsPrefix() throws Exception {
    assertThat(extract(json("{'$index':{'cidr':'10.1.2.3/8'}}"), "$index.cidr"))
        .isEqualTo(Map.of("$index.cidr", "10.0.0.0/8"));
    assertThat(extract(json("{'$index':{'cidr':'::ffff:10.1.2.3'}}"), "$index.cidr"))
        .isEqualTo(Map.of("$index.cidr", "10.1.2.3/32"));
    assertThat(extract(json("{'$index':{'cidr':'2001:DB8::1/64'}}"), "$index.cidr"))
        .isEqualTo(Map.of("$index.cidr", "2001:db8::/64"));
    assertThat(logged).isEmpty();
    assertThat(extract(json("{'$index':{'cidr':'ten/8'},'a':'b'}"), "$index.cidr", "a"))
        .isEqualTo(Map.of("a", "b"));
    assertThat(extract(json("{'$index':{'cidr':'ten/9'}}"), "$index.cidr")).isEmpty();
    assertThat(logged).hasSize(1);
  }

  @Test
  void whatIsNotKnownHasNoValueAndIsToldOfOnce() {
    Any unknown = Any.newBuilder().setTypeUrl("x/some.Type").setValue(ByteString.EMPTY).build();
    assertThat(extract(unknown, "a")).isEmpty();
    assertThat(extract(unknown, "b")).isEmpty();
    assertThat(logged).hasSize(1);
    Any broken =
        Any.pack(StringValue.of("x")).toBuilder().setValue(ByteString.copyFromUtf8("no")).build();
    assertThat(extract(broken, "value")).isEmpty();
    assertThat(extract(broken, "value")).isEmpty();
    assertThat(logged).hasSize(2);
    assertThat(fields.extract("t", Bytes.utf8("no Any at all"), List.of("a"))).isEmpty();
    assertThat(fields.extract("t", Bytes.EMPTY, List.of("a"))).isEmpty();
  }

  @Test
  void jsonAsDeepAsTheServerTakesIsRead() throws Exception {
    int levels = 200;
    Value inner = Value.newBuilder().setStringValue("deep").build();
    for (int i = 0; i < levels; i++) {
      Struct around = Struct.newBuilder().putFields("a", inner).build();
      inner = Value.newBuilder().setStructValue(around).build();
    }
    String path = "a" + ".a".repeat(levels - 1);
    Any payload = Any.pack(inner.getStructValue());
    assertThat(extract(payload, path)).isEqualTo(Map.of(path, "deep"));
    Any inMessage =
        Shop.order("").toBuilder()
            .setValue(
                ByteString.copyFrom(new byte[] {(6 << 3) | 2})
                    .concat(varint(payload.getValue().size()))
                    .concat(payload.getValue()))
            .build();
    assertThat(extract(inMessage, "extra." + path)).isEqualTo(Map.of("extra." + path, "deep"));
    assertThat(logged).isEmpty();
  }

  private static ByteString varint(int number) {
    ByteString.Output bytes = ByteString.newOutput();
    for (int rest = number; ; rest >>>= 7) {
      if (rest < 0x80) {
        bytes.write(rest);
        return bytes.toByteString();
      }
      bytes.write((rest & 0x7f) | 0x80);
    }
  }
}
