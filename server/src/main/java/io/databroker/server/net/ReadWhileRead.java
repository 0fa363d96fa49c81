package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelOutboundBuffer;

/**
 * Reads nothing more from a client that leaves what it was sent in the server's buffer.
 *
 * <p>HTTP/2 lets a client bound the DATA that it is sent. Headers, trailers and replies to control
 * frames have no such bound: a client that asks on and reads nothing would fill the memory.
 *
 * <p><b>Thread-safety:</b> none; used by the connection's event loop.
 */
final class ReadWhileRead extends ChannelInboundHandlerAdapter {
  /** Far more than the transport leaves of DATA, so a client that reads slowly is not meant. */
  private static final long MOST = 1 << 20;

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    super.channelReadComplete(context); // answers what was read
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
