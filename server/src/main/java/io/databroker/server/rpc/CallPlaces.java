package io.databroker.server.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.databroker.api.Capability;
import io.databroker.server.net.Connection;
import io.databroker.server.net.Lane;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.registry.RegistryGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.health.v1.HealthGrpc;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Decides where calls run. A call that waits for nothing runs on the event loop where it arrives,
 * because the way to another thread and back takes longer than the call itself. All other calls run
 * on the threads of their {@link Lane}.
 *
 * <p>Each call with one answer begins on the event loop: its request is read there. Compressed
 * requests are not read there, because a small one can become large. A stream begins there too, if
 * its turns wait for nothing: it is opened on a thread, and takes its turns on the event loop.
 *
 * <p>After a call that took long on an event loop, calls of the backend run on the threads for a
 * while.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class CallPlaces implements ServerCallExecutorSupplier {
  /** Bytes of a request that an event loop parses. */
  private static final int LARGEST_REQUEST = 4 << 10;

  /** Bytes of an answer that an event loop encodes. */
  private static final int LARGEST_ANSWER = 64 << 10;

  private static final Metadata.Key<String> ENCODING =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);
  private static final String UNCOMPRESSED = "identity";

  private static final String HEALTH = HealthGrpc.getCheckMethod().getFullMethodName();

  /** Methods that are counted by client. */
  private static final Set<String> BY_CLIENT =
      Set.of(
          RegistryGrpc.getReportMethod().getFullMethodName(),
          DataBrokerServiceGrpc.getSetOptionsMethod().getFullMethodName(),
          DataBrokerServiceGrpc.getAcquireLeaseMethod().getFullMethodName());

  private final Threads threads;
  private final LoopPause pause = new LoopPause(System::nanoTime);

  /** Full names of the streams whose turns wait for nothing. */
  private final Set<String> shortStreams = new HashSet<>();

  /** Test of the requests that wait for nothing, by the method's full name. */
  private final Map<String, Predicate<WholeRequest>> immediate = new HashMap<>();

  /**
   * Creates the places of calls.
   *
   * @param capabilities the capabilities that the backend declares
   */
  CallPlaces(Threads threads, Set<Capability> capabilities) {
    this.threads = threads;
    always(HealthGrpc.getCheckMethod());
    if (capabilities.contains(Capability.IMMEDIATE_READS)) {
      shortStreams.add(DataBrokerServiceGrpc.getSyncMethod().getFullMethodName());
      always(DataBrokerServiceGrpc.getGetMethod());
      always(DataBrokerServiceGrpc.getGetOptionsMethod());
      always(DataBrokerServiceGrpc.getServerInfoMethod());
      always(CheckpointServiceGrpc.getGetCheckpointMethod());
      immediate.put(
          DataBrokerServiceGrpc.getQueryMethod().getFullMethodName(), CallPlaces::isLookUpById);
    }
    if (capabilities.contains(Capability.IMMEDIATE_LEASES)) {
      always(DataBrokerServiceGrpc.getAcquireLeaseMethod());
      always(DataBrokerServiceGrpc.getRenewLeaseMethod());
      always(DataBrokerServiceGrpc.getReleaseLeaseMethod());
    }
    if (capabilities.contains(Capability.IMMEDIATE_SNAPSHOTS)) {
      shortStreams.add(DataBrokerServiceGrpc.getSyncLatestMethod().getFullMethodName());
    }
  }

  private void always(MethodDescriptor<?, ?> method) {
    immediate.put(method.getFullMethodName(), any -> true);
  }

  private static boolean isLookUpById(WholeRequest request) {
    try {
      return Searches.isLookUpById(
          (QueryRequest) request.parsed(QueryRequest.getDefaultInstance()));
    } catch (InvalidProtocolBufferException e) {
      return false; // its handler meets the same error
    }
  }

  @Override
  public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    Connection connection = Connection.of(call);
    boolean beginsHere =
        method.getType() == MethodType.UNARY || shortStreams.contains(method.getFullMethodName());
    return beginsHere && !isCompressed(headers) && connection.mayRunHere()
        ? Runnable::run
        : connection.turns(lane(method.getFullMethodName()));
  }

  private static boolean isCompressed(Metadata headers) {
    String encoding = headers.get(ENCODING);
    return encoding != null && !encoding.equals(UNCOMPRESSED);
  }

  /** Returns the threads that run a method that does not run on an event loop. */
  Lane lane(String method) {
    return threads.of(method);
  }

  /**
   * Returns the executor for the turns of a stream: the event loop of the connection if they wait
   * for nothing, except while calls on event loops pause.
   *
   * @param lane runs turns that may wait
   */
  Executor streamTurns(String method, Connection connection, Lane lane) {
    Executor threads = connection.turns(lane);
    if (!shortStreams.contains(method)) {
      return threads;
    }
    Executor loop = connection.loopTasks(threads);
    return turn -> {
      if (pause.isOver()) {
        loop.execute(() -> runOnLoop(method, turn, threads));
      } else {
        threads.execute(turn);
      }
    };
  }

  /** Runs a turn on this event loop, unless a pause has begun since the turn was submitted. */
  private void runOnLoop(String method, Runnable turn, Executor threads) {
    if (pause.isOver()) {
      pause.run(method, turn);
    } else {
      threads.execute(turn);
    }
  }

  /** Returns whether an answer of the given size is too large for an event loop. */
  static boolean isLarge(long bytes) {
    return bytes > LARGEST_ANSWER;
  }

  /**
   * Returns whether the handler of a method asks for its call: queries may need a later turn, and
   * some methods are counted by client.
   */
  boolean asksForCall(String method) {
    return lane(method).equals(threads.searches()) || BY_CLIENT.contains(method);
  }

  /** Returns whether the handling of a request waits for nothing. */
  boolean isImmediate(String method, WholeRequest request) {
    Predicate<WholeRequest> test = immediate.get(method);
    return test != null
        && request.size() <= LARGEST_REQUEST
        && (pause.isOver() || method.equals(HEALTH))
        && test.test(request);
  }

  /** Runs an immediate call on this event loop. */
  void runHere(String method, Runnable call) {
    pause.run(method, call);
  }
}
