package io.databroker.server.http;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler.Sharable;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Open connections, the oldest first. A connection over the limit displaces the oldest, so that
 * idle connections cannot block others.
 *
 * <p><b>Thread-safety:</b> none; used by the one event loop.
 */
@Sharable
final class HttpConnections extends ChannelInboundHandlerAdapter {
  private final int most;
  private final Set<Channel> open = new LinkedHashSet<>();

  HttpConnections(int most) {
    this.most = most;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) throws Exception {
    open.add(context.channel());
    if (open.size() > most) {
      Iterator<Channel> oldest = open.iterator();
      Channel displaced = oldest.next();
      oldest.remove();
      var unused = displaced.close();
    }
    super.channelActive(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    open.remove(context.channel());
    super.channelInactive(context);
  }
}
