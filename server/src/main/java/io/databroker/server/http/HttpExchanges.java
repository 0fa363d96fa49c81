package io.databroker.server.http;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.ChannelInputShutdownEvent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpDecoderConfig;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderValues;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaders;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObject;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one connection, answered one after the other.
 *
 * <p>From its first line, a request has a fixed time to arrive completely and to have its answer
 * read. Its body is dropped. While a request is answered, the next one may arrive, but no further
 * one: so the server notices that the client leaves, and a client cannot queue many requests.
 *
 * <p><b>Thread-safety:</b> none; used by the connection's event loop.
 */
final class HttpExchanges extends SimpleChannelInboundHandler<HttpObject> {
  private static final int LARGEST_HEADERS = 8 << 10;

  /** Placeholder for a request that cannot be read. */
  private static final HttpRequest MALFORMED =
      new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "");

  /** Time that a connection stays open for the next request; longer than scrapers wait. */
  private static final Duration KEPT = Duration.ofSeconds(90);

  private final Executor executor;
  private final Duration patience;
  private final Function<HttpQuestion, HttpAnswer> answers;
  private @Nullable Future<?> timeout;
  private @Nullable HttpRequest arriving;
  private final Queue<HttpRequest> waiting = new ArrayDeque<>();
  private boolean answering;

  /** True once the client will send nothing more; it may still read an answer. */
  private boolean inputEnded;

  private HttpExchanges(
      Executor executor, Duration patience, Function<HttpQuestion, HttpAnswer> answers) {
    this.executor = executor;
    this.patience = patience;
    this.answers = answers;
  }

  /** Adds the handlers of a connection. */
  static void add(
      ChannelPipeline pipeline,
      Executor executor,
      int longestLine,
      Duration patience,
      Function<HttpQuestion, HttpAnswer> answers) {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(longestLine)
            .setMaxHeaderSize(LARGEST_HEADERS);
    pipeline
        .addLast(new HttpServerCodec(config))
        .addLast(new HttpServerKeepAliveHandler())
        .addLast(new HttpExchanges(executor, patience, answers));
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    closeAfter(context, patience);
  }

  private void closeAfter(ChannelHandlerContext context, Duration time) {
    stopTimer();
    timeout =
        context.executor().schedule(() -> close(context), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void close(ChannelHandlerContext context) {
    var unused = context.close();
  }

  private void stopTimer() {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (part.decoderResult().isFailure()) {
      enqueue(context, MALFORMED);
      return;
    }
    if (part instanceof HttpRequest head) {
      arriving = head;
      closeAfter(context, patience);
    }
    HttpRequest whole = arriving;
    if (part instanceof LastHttpContent && whole != null) {
      arriving = null;
      enqueue(context, isAmbiguous(whole) ? MALFORMED : whole);
    }
  }

  /**
   * Returns whether a proxy could understand the request differently: another host, or another end
   * of the body.
   */
  private static boolean isAmbiguous(HttpRequest request) {
    HttpHeaders headers = request.headers();
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return headers.getAll(HttpHeaderNames.HOST).size() > 1
        || !(codings.isEmpty()
            || (codings.size() == 1
                && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0))));
  }

  private void enqueue(ChannelHandlerContext context, HttpRequest request) {
    waiting.add(request);
    if (answering) {
      context.channel().config().setAutoRead(false);
    } else {
      answerNext(context);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
      context.channel().config().setAutoRead(false);
      if (!answering) {
        close(context);
      }
    }
    super.userEventTriggered(context, event);
  }

  private void answerNext(ChannelHandlerContext context) {
    HttpRequest next = waiting.poll();
    answering = next != null;
    if (waiting.isEmpty() && !inputEnded) {
      context.channel().config().setAutoRead(true);
    }
    if (next == MALFORMED) {
      String problem = "this is not an HTTP request, or it is too large\n";
      send(context, HttpAnswer.plain(400, problem), true, true);
    } else if (next != null) {
      answer(context, next);
    } else if (inputEnded) {
      close(context);
    } else if (arriving == null) { // otherwise the time of that request is running
      closeAfter(context, KEPT);
    }
  }

  private void answer(ChannelHandlerContext context, HttpRequest asked) {
    boolean head = asked.method().equals(HttpMethod.HEAD);
    if (!head && !asked.method().equals(HttpMethod.GET)) {
      send(context, HttpAnswer.plain(405, "only GET and HEAD are answered\n"), true, false);
      return;
    }
    HttpQuestion question;
    try {
      question = new HttpQuestion(asked, context.channel());
    } catch (IllegalArgumentException e) {
      send(context, HttpAnswer.plain(400, "the address is wrongly encoded\n"), !head, false);
      return;
    }
    try {
      executor.execute(
          () -> {
            HttpAnswer answer = answers.apply(question);
            try {
              context.executor().execute(() -> send(context, answer, !head, false));
            } catch (RejectedExecutionException e) {
              return; // the endpoint is closed
            }
          });
    } catch (RejectedExecutionException e) {
      send(
          context,
          HttpAnswer.plain(503, "too many requests at the same time; try again later\n"),
          !head,
          false);
    }
  }

  private void send(ChannelHandlerContext context, HttpAnswer answer, boolean body, boolean last) {
    byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            body ? Unpooled.wrappedBuffer(text) : Unpooled.EMPTY_BUFFER);
    answer.headers().forEach(response.headers()::set);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, text.length);
    var unused =
        context
            .writeAndFlush(response)
            .addListener(
                sent -> {
                  if (last || !sent.isSuccess()) {
                    close(context);
                  } else {
                    answerNext(context);
                  }
                });
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stopTimer();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(context); // usually the client has left
  }
}
