package io.databroker.server.auth;

import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.registry.RegistryGrpc;
import io.databroker.server.wire.ErrorDetails;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rejects calls without a token that is signed with a shared key, in the metadata {@code jwt}.
 *
 * <p>Health needs no token: load balancers have none, and the answer shows only whether the server
 * serves. A token of a read-only key permits only calls that change nothing.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class CallerCheck implements ServerInterceptor {
  static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("jwt", Metadata.ASCII_STRING_MARSHALLER);

  private static final Set<String> READS =
      Stream.<MethodDescriptor<?, ?>>of(
              DataBrokerServiceGrpc.getGetMethod(),
              DataBrokerServiceGrpc.getGetOptionsMethod(),
              DataBrokerServiceGrpc.getListTypesMethod(),
              DataBrokerServiceGrpc.getQueryMethod(),
              DataBrokerServiceGrpc.getServerInfoMethod(),
              DataBrokerServiceGrpc.getSyncMethod(),
              DataBrokerServiceGrpc.getSyncLatestMethod(),
              CheckpointServiceGrpc.getGetCheckpointMethod(),
              RegistryGrpc.getListMethod(),
              RegistryGrpc.getWatchMethod(),
              ServerReflectionGrpc.getServerReflectionInfoMethod(),
              io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServerReflectionInfoMethod())
          .map(MethodDescriptor::getFullMethodName)
          .collect(Collectors.toUnmodifiableSet());

  /**
   * Outcomes of {@link #reading}.
   *
   * <p><b>Thread-safety:</b> immutable.
   */
  public enum Reading {
    /** The token is valid. */
    PERMITTED,
    /** The token was valid once. */
    EXPIRED,
    /** The token is not valid. */
    REFUSED
  }

  private final TokenCheck tokens;

  /** Accepts tokens signed with one of these keys. */
  public CallerCheck(SharedKeys keys, Clock clock) {
    this.tokens = new TokenCheck(keys, clock);
  }

  /** Accepts only tokens signed with one of these keys from now on. */
  public void use(SharedKeys keys) {
    tokens.use(keys);
  }

  /** Returns whether a token permits reading. */
  public Reading reading(String token) {
    return switch (tokens.check(token)) {
      case FULL, READ_ONLY -> Reading.PERMITTED;
      case EXPIRED -> Reading.EXPIRED;
      case INVALID -> Reading.REFUSED;
    };
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    if (HealthGrpc.SERVICE_NAME.equals(method.getServiceName())) {
      return next.startCall(call, headers);
    }
    String token = headers.get(TOKEN);
    if (token == null) {
      return refuse(
          call,
          Status.UNAUTHENTICATED,
          "unauthenticated",
          "the call has no token; sign one with the shared key and send it as metadata jwt");
    }
    return switch (tokens.check(token)) {
      case FULL ->
          Caller.isAsked(method.getFullMethodName())
              ? Caller.start(call, headers, next, tokens.subject(token))
              : next.startCall(call, headers);
      case READ_ONLY ->
          READS.contains(method.getFullMethodName())
              ? next.startCall(call, headers)
              : refuse(
                  call,
                  Status.PERMISSION_DENIED,
                  "read-only-key",
                  "the token's key permits only reading; sign with another key to call "
                      + method.getFullMethodName());
      case EXPIRED ->
          refuse(
              call,
              Status.UNAUTHENTICATED,
              "token-expired",
              "the token has expired; sign a new one, and compare the clocks");
      case INVALID ->
          refuse(
              call,
              Status.UNAUTHENTICATED,
              "unauthenticated",
              "the token is not valid; sign it HS256 with the shared key, with the claim exp and"
                  + " no later nbf");
    };
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(
      ServerCall<Q, A> call, Status status, String id, String problem) {
    ErrorDetails.close(
        call, ErrorDetails.failure(status.withDescription(id + ": " + problem), id, Map.of()));
    return new ServerCall.Listener<>() {};
  }
}
