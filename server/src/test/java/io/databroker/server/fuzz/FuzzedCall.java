package io.databroker.server.fuzz;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One call with arbitrary bytes as its request. */
final class FuzzedCall extends ClientCall.Listener<byte[]> {
  /** Number of messages of a stream before it is cancelled. */
  private static final int ENOUGH = 20;

  private static final int PATIENCE_SECONDS = 30;

  private final MethodDescriptor<?, ?> method;
  private final byte[] request;
  private final boolean endless;
  private final ClientCall<byte[], byte[]> call;
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private int messages;
  private boolean hung;

  private FuzzedCall(
      MethodDescriptor<?, ?> method, byte[] request, ClientCall<byte[], byte[]> call) {
    this.method = method;
    this.request = request;
    this.endless = !method.getType().serverSendsOneMessage();
    this.call = call;
  }

  static FuzzedCall start(
      ManagedChannel channel, MethodDescriptor<?, ?> method, byte[] request, Random random) {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.<byte[], byte[]>newBuilder(new Raw(), new Raw())
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(method.getFullMethodName())
            .build();
    CallOptions options = CallOptions.DEFAULT;
    if (random.nextInt(3) == 0) {
      options = options.withCompression("gzip");
    }
    if (random.nextInt(20) == 0) {
      options = options.withDeadlineAfter(random.nextInt(3_000), TimeUnit.MICROSECONDS);
    }
    FuzzedCall fuzzed = new FuzzedCall(method, request, channel.newCall(raw, options));
    fuzzed.send(random);
    return fuzzed;
  }

  private void send(Random random) {
    call.start(this, new Metadata());
    call.request(ENOUGH);
    int times = random.nextInt(20) == 0 ? random.nextInt(4) : 1;
    for (int i = 0; i < times; i++) {
      call.sendMessage(request);
    }
    if (random.nextInt(30) == 0) {
      call.cancel("cut", null);
    } else {
      call.halfClose();
    }
  }

  @Override
  public void onMessage(byte[] message) {
    if (++messages == ENOUGH) {
      call.cancel("enough", null);
    }
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end.complete(status);
  }

  /** Waits for the end of the call; ends an endless stream after a moment. */
  Code await() throws InterruptedException {
    try {
      return status(endless ? 20 : TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (TimeoutException e) {
      hung = !endless;
      call.cancel("waited enough", null);
    }
    try {
      return status(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (TimeoutException e) {
      hung = true;
      return Code.CANCELLED;
    }
  }

  private Code status(long millis) throws InterruptedException, TimeoutException {
    try {
      return end.get(millis, TimeUnit.MILLISECONDS).getCode();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  boolean hung() {
    return hung;
  }

  @Override
  public String toString() {
    return method.getFullMethodName()
        + (hung ? " hung" : " " + end.getNow(Status.OK))
        + " of "
        + HexFormat.of().formatHex(request);
  }

  /** Passes the bytes unchanged. */
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
