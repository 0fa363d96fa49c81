package io.databroker.server.remote;

import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;

/**
 * Method {@code databroker.ext.RestoreService/Restore}, beside the protocol of Pomerium: it has the
 * request and response of {@code Put}, applies the records as one batch, and keeps their {@code
 * modified_at}. A record with {@code deleted_at} is a delete.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class RestoreMethod {
  /** The name of the service. */
  public static final String SERVICE = "databroker.ext.RestoreService";

  /** The method. */
  public static final MethodDescriptor<PutRequest, PutResponse> RESTORE =
      MethodDescriptor.<PutRequest, PutResponse>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Restore"))
          .setRequestMarshaller(ProtoUtils.marshaller(PutRequest.getDefaultInstance()))
          .setResponseMarshaller(ProtoUtils.marshaller(PutResponse.getDefaultInstance()))
          .build();

  private RestoreMethod() {}
}
