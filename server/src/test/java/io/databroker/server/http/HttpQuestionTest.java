package io.databroker.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpQuestionTest {
  private static HttpQuestion question(String uri) {
    return new HttpQuestion(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri), new EmbeddedChannel());
  }

  @Test
  void pathAndParametersAreDecoded() {
    HttpQuestion question = question("/api/r%C3%A9?id=zo%C3%AB&type=a%2Bb+c&id=other&empty=");
    assertThat(question.path()).isEqualTo("/api/r\u00e9");
    assertThat(question.parameter("id")).isEqualTo("zo\u00eb");
    assertThat(question.parameter("type")).isEqualTo("a+b c");
    assertThat(question.parameter("empty")).isEmpty();
    assertThat(question.parameter("none")).isEmpty();
    assertThat(question("/?id=%F0%9F%98%80").parameter("id")).isEqualTo("\ud83d\ude00");
    assertThat(question("/?id=%EF%BF%BD").parameter("id")).isEqualTo("\ufffd");
    String raw =
        new String("zo\u00eb".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertThat(question("/?id=" + raw).parameter("id"))
        .as("bytes, as on the wire")
        .isEqualTo("zo\u00eb");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/?id=%FF", "/?id=a%C3", "/%C0%80", "/?%ED%A0%80=1", "/?id=%", "/?id=%zz"})
  void malformedTextIsRefusedAndNotReplaced(String uri) {
    assertThatThrownBy(() -> question(uri)).isInstanceOf(IllegalArgumentException.class);
  }
}
