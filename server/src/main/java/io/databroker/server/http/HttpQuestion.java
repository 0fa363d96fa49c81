package io.databroker.server.http;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaders;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.QueryStringDecoder;
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
  private final Map<String, List<String>> parameters;

  /**
   * Decodes the path and the parameters.
   *
   * @throws IllegalArgumentException if they are wrongly encoded
   */
  HttpQuestion(HttpRequest request, Channel channel) {
    this.headers = request.headers();
    this.channel = channel;
    this.uri = request.uri();
    QueryStringDecoder decoder = new QueryStringDecoder(uri);
    this.path = decoder.path();
    this.parameters = decoder.parameters();
  }

  /** Returns the decoded path. */
  public String path() {
    return path;
  }

  /** Returns the first value of a parameter, or the empty text if there is none. */
  public String parameter(String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    return values.isEmpty() ? "" : values.get(0);
  }

  /** Returns the first value of a header, or null if there is none. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /** Returns whether the client has left, so that nobody reads the answer. */
  public boolean isAbandoned() {
    return !channel.isActive();
  }

  @Override
  public String toString() {
    return path;
  }
}
