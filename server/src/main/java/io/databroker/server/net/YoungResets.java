package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Stream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts the streams of a connection that are reset right after they were opened, by the client or
 * because of its frames. Such streams escape the limit on open calls. A call that ran into its
 * deadline is older when it is reset, and does not count: otherwise a slow server would cut off
 * well-behaved clients.
 *
 * <p><b>Thread-safety:</b> none; used by the connection's event loop.
 */
final class YoungResets extends Http2ConnectionAdapter {
  /** Largest number of such resets in one window. */
  static final int MOST = 500;

  static final long YOUNG_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Connection connection;
  private final Http2Connection http;
  private final Http2Connection.PropertyKey openedAt;
  private long windowBegan = System.nanoTime();
  private int resets;

  YoungResets(Http2Connection http, Connection connection) {
    this.http = http;
    this.connection = connection;
    this.openedAt = http.newKey();
    http.addListener(this);
  }

  @Override
  public void onStreamActive(Http2Stream stream) {
    stream.setProperty(openedAt, System.nanoTime());
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    if (stream.isResetSent() && isOneTooMany(stream)) {
      connection.cut("reset-flood: too many calls are reset at once");
    }
  }

  /** Counts a reset by the client; returns whether it exceeds the limit. */
  boolean received(int id) {
    Http2Stream stream = http.stream(id);
    return stream != null && isOneTooMany(stream);
  }

  private boolean isOneTooMany(Http2Stream stream) {
    long now = System.nanoTime();
    @Nullable Long opened = stream.removeProperty(openedAt);
    if (opened == null || now - opened > YOUNG_NANOS) {
      return false;
    }
    if (now - windowBegan > WINDOW_NANOS) {
      windowBegan = now;
      resets = 0;
    }
    return ++resets > MOST;
  }
}
