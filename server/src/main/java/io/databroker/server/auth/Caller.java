package io.databroker.server.auth;

import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.ext.RestoreServiceGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Name and address of a client that makes an administrative call.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param who the subject of its token, else of its certificate, else its address
 * @param from its address and port
 */
public record Caller(String who, String from) {
  private static final Context.Key<Caller> CURRENT = Context.key("databroker-caller");
  private static final Caller UNKNOWN = new Caller("unknown", "unknown");

  /** Methods whose callers are identified by name; other calls do not have this cost. */
  private static final Set<String> ADMINISTRATION =
      Set.of(
          DataBrokerServiceGrpc.getClearMethod().getFullMethodName(),
          DataBrokerServiceGrpc.getSetOptionsMethod().getFullMethodName(),
          CheckpointServiceGrpc.getSetCheckpointMethod().getFullMethodName(),
          RestoreServiceGrpc.getRestoreMethod().getFullMethodName());

  /** Returns the caller of the call that this thread handles. */
  public static Caller current() {
    Caller caller = CURRENT.get();
    return caller == null ? UNKNOWN : caller;
  }

  /** Returns whether a method is administration. */
  static boolean isAsked(String method) {
    return ADMINISTRATION.contains(method);
  }

  /** Starts a call whose handler can ask for its caller, with the subject of its token. */
  static <Q, A> ServerCall.Listener<Q> start(
      ServerCall<Q, A> call,
      Metadata headers,
      ServerCallHandler<Q, A> next,
      @Nullable String subject) {
    String from = address(call);
    String who = subject != null ? subject : certificate(call);
    Caller caller = new Caller(who != null ? who : from, from);
    return Contexts.interceptCall(
        Context.current().withValue(CURRENT, caller), call, headers, next);
  }

  /** Returns the address and port of the client of a call, or "unknown". */
  public static String address(ServerCall<?, ?> call) {
    SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return remote instanceof InetSocketAddress address && address.getAddress() != null
        ? address.getAddress().getHostAddress() + ":" + address.getPort()
        : Objects.toString(remote, "unknown");
  }

  private static @Nullable String certificate(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      return session == null ? null : session.getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return null; // the server asks for no certificates
    }
  }

  /**
   * Identifies the clients that make administrative calls without a token.
   *
   * <p><b>Thread-safety:</b> stateless.
   */
  public static final class Naming implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return isAsked(call.getMethodDescriptor().getFullMethodName()) && CURRENT.get() == null
          ? start(call, headers, next, null)
          : next.startCall(call, headers);
    }
  }
}
