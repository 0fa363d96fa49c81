package io.databroker.server.rpc;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Admission of calls: it bounds the bytes of all requests in the heap, and the running calls of one
 * connection.
 *
 * <p>An {@link AdmittedCall} is one call that passes through it.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Intake implements ServerInterceptor {
  private final long room;
  private final int batchRecords;
  private final CallPlaces places;
  private final AtomicLong taken = new AtomicLong();
  private final Map<String, RequestCheck> checks = new HashMap<>();

  /**
   * Creates an admission.
   *
   * @param room bytes of requests that may be in the heap at the same time
   * @param batchRecords the largest number of records in a request
   */
  Intake(long room, int batchRecords, CallPlaces places) {
    this.room = room;
    this.batchRecords = batchRecords;
    this.places = places;
  }

  /** Returns the service behind this admission; called while the server is built. */
  ServerServiceDefinition before(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            // Reflection needs it.
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      ServerMethodDefinition<?, ?> checked = checked(method);
      methods.add(checked);
      descriptor.addMethod(checked.getMethodDescriptor());
    }
    ServerServiceDefinition.Builder checked = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(checked::addMethod);
    return ServerInterceptors.intercept(
        ServerInterceptors.useMarshalledMessages(checked.build(), new AsTheyCome()), this);
  }

  /** Returns a method whose requests are checked, and parsed from their bytes. */
  private <Q, A> ServerMethodDefinition<Q, A> checked(ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
    var standard = (MethodDescriptor.PrototypeMarshaller<Q>) descriptor.getRequestMarshaller();
    Message prototype = (Message) standard.getMessagePrototype();
    if (prototype == null) {
      throw new IllegalArgumentException(descriptor + " has no protobuf request");
    }
    String name = descriptor.getFullMethodName();
    checks.put(name, RequestCheck.of(name, prototype.getDescriptorForType(), batchRecords));
    return ServerMethodDefinition.create(
        descriptor.toBuilder(
                new WholeRequest.Marshaller<>(standard, prototype),
                new Encoded.Marshaller<>(descriptor.getResponseMarshaller()))
            .build(),
        method.getServerCallHandler());
  }

  /**
   * Marshaller that passes streams on. The marshaller of gRPC puts a buffer before each stream,
   * even for answers: this costs more than the rest of a message.
   */
  private static final class AsTheyCome implements MethodDescriptor.Marshaller<InputStream> {
    @Override
    public InputStream stream(InputStream message) {
      return message;
    }

    @Override
    public InputStream parse(InputStream message) {
      return message;
    }
  }

  @Override
  @SuppressWarnings("unchecked") // before() has made both an InputStream
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    RequestCheck check = checks.get(method);
    if (check == null) {
      throw new IllegalStateException("no service behind this has the method " + method);
    }
    AdmittedCall<A> admitted =
        new AdmittedCall<>((ServerCall<InputStream, A>) call, this, check, places);
    return (ServerCall.Listener<Q>)
        admitted.start((ServerCallHandler<InputStream, A>) next, headers);
  }

  /** Takes room for bytes of a request; returns false if there is none. */
  boolean take(long bytes) {
    if (taken.addAndGet(bytes) > room) {
      taken.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }

  long room() {
    return room;
  }
}
