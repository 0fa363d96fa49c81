package io.databroker.host.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParseException;
import io.databroker.api.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {
  record Car(String name, List<Integer> years) {}

  private final JsonCodec<Car> codec = JsonCodec.of(Car.class);

  @Test
  void aDecodedValueEqualsTheEncodedOne() {
    Car car = new Car("<Zoë & Co> \uD83D\uDE97", List.of(1, 2));
    assertThat(codec.encode(car))
        .isEqualTo(Bytes.utf8("{\"name\":\"<Zoë & Co> \uD83D\uDE97\",\"years\":[1,2]}"));
    assertThat(codec.decode(codec.encode(car))).isEqualTo(car);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{", "{} {}", "{name: 'x'}", "[1]", "{\"years\":[\"x\"]}"})
  void anythingButOneStrictJsonObjectIsRejected(String text) {
    assertThatThrownBy(() -> codec.decode(Bytes.utf8(text))).isInstanceOf(JsonParseException.class);
  }

  @Test
  void bytesThatAreNotUtf8AreRejected() {
    byte[] wrong = {'"', (byte) 0xff, '"'};
    assertThatThrownBy(() -> JsonCodec.of(String.class).decode(Bytes.copyOf(wrong)))
        .isInstanceOf(JsonParseException.class)
        .hasMessageContaining("UTF-8");
  }
}
