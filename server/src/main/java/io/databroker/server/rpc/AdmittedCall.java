package io.databroker.server.rpc;

import io.databroker.server.auth.Caller;
import io.databroker.server.net.Connection;
import io.databroker.server.net.Lane;
import io.databroker.server.net.Network;
import io.databroker.server.net.OpenCall;
import io.databroker.server.wire.ErrorDetails;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Admission of one call and its answer.
 *
 * <p>The bytes of the request are read into room reserved from {@link Intake}. The request is
 * counted, parsed and handled where {@link CallPlaces} decides: at once, or when it is the call's
 * turn on its connection. The room is released when the answer is sent. {@link BoundedAnswers}
 * bounds the answers.
 *
 * <p><b>Thread-safety:</b> gRPC calls a listener one at a time; the turn may come on another
 * thread, and the sweep over connections calls at any time.
 */
final class AdmittedCall<A> extends ServerCall.Listener<InputStream> implements OpenCall, Runnable {
  /**
   * Context key of the call being handled. There, streams register the action that ends them,
   * queries ask for a later turn, and calls that are counted by client ask for its network.
   */
  static final Context.Key<AdmittedCall<?>> CURRENT = Context.key("databroker-call");

  private static final int CHUNK = 16 << 10;

  private final ServerCall<InputStream, A> call;
  private final Intake intake;
  private final RequestCheck check;
  private final CallPlaces places;
  private final Lane lane;

  /** True if the handler of a call with one answer uses {@link #CURRENT}. */
  private final boolean asked;

  private final Connection connection;
  private final BoundedAnswers<A> answers;
  private final Context context = Context.current();
  private final long startedAt = System.nanoTime() | 1;
  private ServerCall.@Nullable Listener<InputStream> handler;
  private @Nullable WholeRequest request;

  /** True once the request has arrived completely. From then on, only the handler ends the call. */
  private volatile boolean whole;

  private volatile @Nullable Consumer<StatusRuntimeException> ender;

  // Guarded by this.
  private boolean refused;
  private boolean over;

  /** Tasks of the call that run now; a later turn may begin before the first one has ended. */
  private int running;

  private long held;
  private @Nullable Runnable later;

  AdmittedCall(
      ServerCall<InputStream, A> call, Intake intake, RequestCheck check, CallPlaces places) {
    String method = call.getMethodDescriptor().getFullMethodName();
    this.call = call;
    this.intake = intake;
    this.check = check;
    this.places = places;
    this.lane = places.lane(method);
    this.asked = places.asksForCall(method);
    this.connection = Connection.of(call);
    this.answers = new BoundedAnswers<>(call, connection, lane.executor());
  }

  /** Starts to handle the call. */
  ServerCall.Listener<InputStream> start(ServerCallHandler<InputStream, A> next, Metadata headers) {
    if (connection.open(this)) {
      handler = next.startCall(answers, headers);
      answers.readyAgain(handler::onReady);
    } else {
      refuse(Statuses.tooManyCalls());
    }
    return this;
  }

  /** Returns whether the connection has so few calls that they are exempt from the limits. */
  boolean isOfFew() {
    return connection.hasFewCalls();
  }

  /** Returns the connection of the client. */
  Connection connection() {
    return connection;
  }

  /** Returns a new gate for the large records of this call. */
  RecordGate records() {
    return new RecordGate(connection);
  }

  /** Returns the address and port of the client. */
  String from() {
    return Caller.address(call);
  }

  /** Returns the network of the client whose call this thread handles. */
  static Network client() {
    AdmittedCall<?> call = CURRENT.get();
    return call == null ? Network.of(null) : call.network();
  }

  private Network network() {
    return Network.of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }

  /** Sets the action that ends a stream whose client does not read. */
  void endedBy(Consumer<StatusRuntimeException> end) {
    ender = end;
  }

  /**
   * Returns the event loop for the turns of a stream, or threads of the given lane if they may
   * wait.
   */
  Executor streamTurns(Lane threads) {
    return places.streamTurns(call.getMethodDescriptor().getFullMethodName(), connection, threads);
  }

  /**
   * Keeps a task for a further turn, and drops it when the call is over.
   *
   * @return starts to wait for the turn
   */
  Runnable later(Runnable task) {
    synchronized (this) {
      later = over ? null : task;
    }
    return () -> connection.turns(lane).execute(() -> connection.run(lane, this::runLater));
  }

  private void runLater() {
    Runnable task;
    synchronized (this) {
      task = later;
      later = null;
      if (task == null) {
        return;
      }
      running++;
    }
    try {
      task.run();
    } finally {
      ran();
    }
  }

  @Override
  public void onMessage(InputStream message) {
    if (isRefused()) {
      return;
    }
    if (request != null) {
      refuse(Statuses.of(check.notOne()));
      return;
    }
    try {
      byte[] bytes = read(message);
      if (bytes != null) {
        request = new WholeRequest(bytes);
      }
    } catch (IOException e) {
      refuse(Statuses.of(check.notDecompressed()));
    } catch (StatusRuntimeException e) { // decompressed, it is larger than a request may be
      refuse(e);
    }
  }

  /** Bytes of the request; null if there was no room for them. */
  private byte @Nullable [] read(InputStream message) throws IOException {
    if (message instanceof KnownLength) {
      int size = message.available();
      return hold(size) ? message.readNBytes(size) : null;
    }
    // Compressed: reserve room for the decompressed bytes as they are produced.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK];
    for (int read = message.read(chunk); read >= 0; read = message.read(chunk)) {
      if (!hold(read)) {
        return null;
      }
      bytes.write(chunk, 0, read);
    }
    return bytes.toByteArray();
  }

  private boolean hold(long bytes) {
    boolean taken = intake.take(bytes);
    if (taken) {
      synchronized (this) {
        if (over && running == 0) {
          intake.giveBack(bytes);
        } else {
          held += bytes;
        }
      }
    } else {
      refuse(Statuses.busy(intake.room()));
    }
    return taken;
  }

  @Override
  public void onHalfClose() {
    synchronized (this) { // from here on, endIncomplete cannot refuse a request that is handled
      whole = true;
      if (refused) {
        return;
      }
    }
    WholeRequest bytes = request;
    String method = call.getMethodDescriptor().getFullMethodName();
    if (bytes == null) {
      refuse(Statuses.of(check.notOne()));
    } else if (!connection.isHere()) {
      connection.run(lane, this);
    } else if (places.isImmediate(method, bytes) && connection.mayRunHere()) {
      places.runHere(method, this);
    } else {
      connection.runLater(lane, this);
    }
  }

  /** Handles the call when it has its turn. */
  @Override
  public void run() {
    WholeRequest bytes = request;
    ServerCall.Listener<InputStream> handling = handler;
    request = null;
    if (bytes == null || handling == null || call.isCancelled() || !begin()) {
      return; // no client waits for an answer
    }
    Context before = context.attach();
    try {
      if (hold((long) check.parts(bytes) * RequestCheck.BYTES_PER_PART)) {
        handle(handling, bytes);
      }
    } catch (WholeRequest.UnreadableException e) {
      refuse(Statuses.of(check.unreadable(e.problem())));
    } catch (RuntimeException | Error e) { // otherwise the thread of the pool would end
      refuse(Statuses.of(e));
    } finally {
      context.detach(before);
      ran();
    }
  }

  private synchronized boolean begin() {
    if (refused || over) {
      return false;
    }
    running++;
    return true;
  }

  /** Releases the room if the call is over: a cancelled call holds its request while it runs. */
  private synchronized void ran() {
    running--;
    if (over && running == 0) {
      releaseRoom();
    }
  }

  private synchronized void releaseRoom() {
    intake.giveBack(held);
    held = 0;
  }

  private void handle(ServerCall.Listener<InputStream> handling, WholeRequest bytes) {
    Runnable answer =
        () -> {
          handling.onMessage(bytes);
          handling.onHalfClose();
        };
    if (asked || !call.getMethodDescriptor().getType().serverSendsOneMessage()) {
      context.withValue(CURRENT, this).run(answer);
    } else {
      answer.run();
    }
  }

  private synchronized boolean isRefused() {
    return refused;
  }

  private void refuse(StatusRuntimeException answer) {
    synchronized (this) {
      if (refused || answers.closed()) {
        return;
      }
      refused = true;
    }
    closeRefused(answer);
  }

  private void closeRefused(StatusRuntimeException answer) {
    request = null;
    ErrorDetails.close(call, answer);
  }

  @Override
  public void onReady() {
    ServerCall.Listener<InputStream> handling = handler;
    if (handling != null && !isRefused()) {
      handling.onReady();
    }
  }

  @Override
  public void onComplete() {
    end();
    if (handler != null) {
      handler.onComplete();
    }
  }

  @Override
  public void onCancel() {
    end();
    if (handler != null) {
      handler.onCancel();
    }
  }

  /** Releases the turn, and also the room unless the call still runs. */
  private void end() {
    synchronized (this) {
      over = true;
      later = null;
      if (running == 0) {
        releaseRoom();
      }
    }
    request = null;
    connection.close(this);
    answers.end();
  }

  @Override
  public long waitingForRequestSince() {
    return whole ? 0 : startedAt;
  }

  @Override
  public long unreadSince() {
    return answers.unreadSince();
  }

  @Override
  public void endIncomplete() {
    synchronized (this) {
      if (whole || refused || answers.closed()) {
        return;
      }
      refused = true;
    }
    closeRefused(Statuses.requestStalled());
  }

  @Override
  public void endUnread() {
    Consumer<StatusRuntimeException> end = ender;
    if (end != null) {
      ender = null;
      end.accept(Statuses.readerStalled());
    }
  }
}
