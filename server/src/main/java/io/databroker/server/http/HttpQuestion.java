package io.databroker.server.http;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.socket.DuplexChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaders;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Request of a client, without its body: a path, parameters and headers.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class HttpQuestion {
  private final HttpHeaders headers;
  private final Channel channel;
  private final String uri;
  private final String path;
  private final Map<String, String> parameters;

  /**
   * Decodes the path and the parameters.
   *
   * @throws IllegalArgumentException if they are wrongly encoded
   */
  HttpQuestion(HttpRequest request, Channel channel) {
    this.headers = request.headers();
    this.channel = channel;
    this.uri = request.uri();
    // Each char is one byte: decoded as UTF-8 here, malformed bytes would become U+FFFD.
    QueryStringDecoder decoder = new QueryStringDecoder(uri, StandardCharsets.ISO_8859_1);
    this.path = text(decoder.path());
    this.parameters = new HashMap<>();
    for (Map.Entry<String, List<String>> each : decoder.parameters().entrySet()) {
      parameters.putIfAbsent(text(each.getKey()), text(each.getValue().get(0)));
    }
  }

  private static String text(String bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the address is not UTF-8", e);
    }
  }

  /** Returns the decoded path. */
  public String path() {
    return path;
  }

  /** Returns the first value of a parameter, or the empty text if there is none. */
  public String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  /** Returns the first value of a header, or null if there is none. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /**
   * Returns whether the client has left, so that nobody reads the answer. A client that has only
   * ended its output counts as well, because the server cannot tell the two apart.
   */
  public boolean isAbandoned() {
    return !channel.isActive()
        || (channel instanceof DuplexChannel duplex && duplex.isInputShutdown());
  }

  @Override
  public String toString() {
    return path;
  }
}
