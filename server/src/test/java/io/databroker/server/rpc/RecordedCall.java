package io.databroker.server.rpc;

import io.databroker.server.net.Connections;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Call on a connection of its own that records what it sends. */
final class RecordedCall extends ServerCall<InputStream, InputStream> {
  final List<String> events = new ArrayList<>();
  Runnable whileSending = () -> {};
  private final Attributes attributes;
  private final MethodDescriptor<?, ?> method;

  /** Creates a call with one answer. */
  RecordedCall(Connections all) {
    this(all, DataBrokerServiceGrpc.getGetMethod());
  }

  RecordedCall(Connections all, MethodDescriptor<?, ?> method) {
    this.attributes = all.transportReady(Attributes.EMPTY);
    this.method = method;
  }

  @Override
  public void sendMessage(InputStream message) {
    events.add("answer");
    whileSending.run();
  }

  @Override
  public void close(Status status, Metadata trailers) {
    events.add(status.getCode().name());
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  @SuppressWarnings("unchecked") // its messages are neither parsed nor encoded
  public MethodDescriptor<InputStream, InputStream> getMethodDescriptor() {
    return (MethodDescriptor<InputStream, InputStream>) method;
  }

  @Override
  public void request(int count) {}

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public boolean isCancelled() {
    return false;
  }
}
