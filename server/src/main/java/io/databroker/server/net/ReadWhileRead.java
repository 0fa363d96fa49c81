package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelOutboundBuffer;

/**
 * Stops reading from a client while its unread answers fill the server's buffer, and ends the
 * connection's turn on its event loop after each read.
 *
 * <p>HTTP/2 lets a client limit the DATA sent to it. Headers, trailers and replies to control
 * frames have no such limit: a client that sends requests and reads nothing would fill the memory.
 *
 * <p><b>Thread-safety:</b> none; used by the connection's event loop.
 */
final class ReadWhileRead extends ChannelInboundHandlerAdapter {
  /**
   * Largest number of unread bytes. A slow reader never reaches it, because the transport buffers
   * far less DATA.
   */
  private static final long MOST = 1 << 20;

  private final LoopTurn turn;

  ReadWhileRead(LoopTurn turn) {
    this.turn = turn;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    turn.end();
    super.channelReadComplete(context); // sends the replies to the frames just read
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    if (buffer != null && buffer.totalPendingWriteBytes() > MOST) {
      context.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    if (context.channel().isWritable()) {
      context.channel().config().setAutoRead(true);
    }
    super.channelWritabilityChanged(context);
  }
}
