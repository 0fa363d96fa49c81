package io.databroker.host.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.Duration;
import com.google.protobuf.StringValue;
import io.databroker.api.Bytes;
import org.junit.jupiter.api.Test;

class ProtobufCodecTest {
  private final ProtobufCodec<StringValue> codec =
      ProtobufCodec.of(StringValue.getDefaultInstance());

  @Test
  void aDecodedMessageEqualsTheEncodedOne() {
    StringValue value = StringValue.of("zoë");
    assertThat(codec.encode(value)).isEqualTo(Bytes.copyOf(value.toByteArray()));
    assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
  }

  @Test
  void unknownFieldsSurviveARewrite() {
    Bytes newer = Bytes.copyOf(Duration.newBuilder().setNanos(7).build().toByteArray());
    assertThat(codec.encode(codec.decode(newer))).isEqualTo(newer);
  }

  @Test
  void aPayloadThatIsCutIsRejected() {
    Bytes cut = Bytes.copyOf(new byte[] {10, 9, 'x'});
    assertThatIllegalArgumentException().isThrownBy(() -> codec.decode(cut));
  }
}
