package io.databroker.server.net;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.channel.DefaultChannelPromise;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The event loops of connections. A connection over the limit is closed here, before anything is
 * allocated for it.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class AdmittingGroup extends MultiThreadIoEventLoopGroup {
  private final Admission admission;

  AdmittingGroup(int threads, IoHandlerFactory handlers, Admission admission) {
    super(threads, new DefaultThreadFactory("databroker-net", true), handlers);
    this.admission = admission;
  }

  @Override
  public ChannelFuture register(Channel channel) {
    if (!admission.admit(channel)) {
      channel.unsafe().closeForcibly();
      ChannelPromise refused = new DefaultChannelPromise(channel, next());
      return refused.setSuccess(); // the rejection is handled, and needs no log entry
    }
    return super.register(channel)
        .addListener(
            done -> {
              if (done.isSuccess()) {
                var unused = channel.closeFuture().addListener(closed -> admission.forget(channel));
              } else {
                admission.forget(channel);
              }
            });
  }
}
