package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Flags;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameListener;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Settings;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection that sends many frames with little or no content: PING, SETTINGS, PRIORITY,
 * frames of unknown types, and empty or very small DATA. {@link YoungResets} counts resets of
 * streams.
 *
 * <p>Clients send pings to measure their bandwidth after they receive data, so each message sent to
 * a client allows it one more frame. Each call allows two small DATA frames, because some clients
 * send the message and the end of the request separately. Each kilobyte of other DATA allows one,
 * because libraries cut large messages into odd pieces.
 *
 * <p>It also limits the table of sent headers in the server's HPACK encoder. The client chooses the
 * table's size, and could otherwise make the server store gigabytes.
 *
 * <p><b>Thread-safety:</b> none; used by the connection's event loop.
 */
final class FloodGuard extends Http2FrameListenerDecorator {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Largest number of frames without content in one window. */
  static final int MOST = 1_000;

  /** Largest number of window updates in one window; a client that reads fast sends many. */
  static final int MOST_UPDATES = 100_000;

  /**
   * A DATA frame with fewer bytes takes more heap than its content while its message is unfinished.
   */
  private static final int SMALL_DATA = 256;

  private static final int SMALL_DATA_PER_CALL = 2;

  /**
   * Bytes of other DATA that allow one more small frame: libraries cut messages into odd pieces.
   */
  private static final int BYTES_PER_SMALL_DATA = 1 << 10;

  /** Bytes of the HPACK table for headers that the server sends; HTTP/2's default. */
  private static final long MOST_TABLE_BYTES = 4_096;

  private final Http2ConnectionHandler handler;
  private final Connection connection;
  private final YoungResets resets;
  private long windowBegan = System.nanoTime();
  private long messagesBefore;
  private int idleFrames;
  private int updates;
  private int smallDataAllowed;

  private FloodGuard(
      Http2ConnectionHandler handler, Http2FrameListener guarded, Connection connection) {
    super(guarded);
    this.handler = handler;
    this.connection = connection;
    this.resets = new YoungResets(handler.connection(), connection);
    boundHeaderTable(); // the client's first settings have been applied
  }

  /** Guards a connection; called on its event loop. */
  static void guard(Http2ConnectionHandler handler, Connection connection) {
    var decoder = handler.decoder();
    decoder.frameListener(new FloodGuard(handler, decoder.frameListener(), connection));
  }

  private void boundHeaderTable() {
    Http2HeadersEncoder.Configuration headers =
        handler.encoder().configuration().headersConfiguration();
    if (headers.maxHeaderTableSize() > MOST_TABLE_BYTES) {
      try {
        headers.maxHeaderTableSize(MOST_TABLE_BYTES);
      } catch (Http2Exception e) {
        throw new IllegalStateException("a size that HTTP/2 allows", e);
      }
    }
  }

  private void count(String kind) throws Http2Exception {
    if (++idleFrames > MOST) {
      check(kind);
    }
  }

  private void check(String kind) throws Http2Exception {
    long now = System.nanoTime();
    long messages = connection.messagesSent();
    if (now - windowBegan > WINDOW_NANOS) {
      windowBegan = now;
      messagesBefore = messages;
      idleFrames = 0;
      updates = 0;
    } else if (idleFrames > MOST + (messages - messagesBefore)
        || updates > MOST_UPDATES + 4 * (messages - messagesBefore)) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM, "frame-flood: too many %s frames", kind);
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int stream, ByteBuf data, int padding, boolean end)
      throws Http2Exception {
    int bytes = data.readableBytes();
    if (bytes >= SMALL_DATA) {
      allowSmallData(Math.max(1, bytes / BYTES_PER_SMALL_DATA));
    } else if (!end && bytes > 0 && smallDataAllowed > 0) {
      smallDataAllowed--;
    } else if (!end) {
      count("small DATA");
    }
    return super.onDataRead(context, stream, data, padding, end);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context, int stream, Http2Headers headers, int padding, boolean end)
      throws Http2Exception {
    allowSmallData(SMALL_DATA_PER_CALL);
    super.onHeadersRead(context, stream, headers, padding, end);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int stream,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean end)
      throws Http2Exception {
    allowSmallData(SMALL_DATA_PER_CALL);
    super.onHeadersRead(context, stream, headers, dependency, weight, exclusive, padding, end);
  }

  private void allowSmallData(int more) {
    smallDataAllowed = Math.min(MOST, smallDataAllowed + more);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext context, int stream, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    count("PRIORITY");
    super.onPriorityRead(context, stream, dependency, weight, exclusive);
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext context, int stream, long error)
      throws Http2Exception {
    if (resets.received(stream)) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM, "reset-flood: too many calls are reset at once");
    }
    super.onRstStreamRead(context, stream, error);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
      throws Http2Exception {
    count("SETTINGS");
    boundHeaderTable();
    super.onSettingsRead(context, settings);
  }

  @Override
  public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
    count("PING");
    super.onPingRead(context, data);
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
    count("PING");
    super.onPingAckRead(context, data);
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext context, int stream, int increment)
      throws Http2Exception {
    if (++updates > MOST_UPDATES) {
      check("WINDOW_UPDATE");
    }
    super.onWindowUpdateRead(context, stream, increment);
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext context, byte type, int stream, Http2Flags flags, ByteBuf payload)
      throws Http2Exception {
    count("unknown");
    super.onUnknownFrame(context, type, stream, flags, payload);
  }
}
