package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.databroker.server.proto.DatabrokerProto;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The names and numbers that clients speak. */
class ProtocolTest {
  private static final String MESSAGES =
      """
      AcquireLeaseRequest: name 1 string, duration 2 google.protobuf.Duration
      AcquireLeaseResponse: id 1 string
      Checkpoint: server_version 1 uint64, record_version 2 uint64
      ClearResponse: old_server_version 1 uint64, new_server_version 2 uint64
      GetCheckpointRequest:
      GetCheckpointResponse: checkpoint 1 databroker.Checkpoint, is_leader 2 bool
      GetOptionsRequest: type 1 string
      GetOptionsResponse: options 1 databroker.Options
      GetRequest: type 1 string, id 2 string
      GetResponse: record 1 databroker.Record
      ListTypesResponse: types 1 repeated string
      Options: capacity 1 optional uint64, indexable_fields 2 repeated string, ttl 3 optional google.protobuf.Duration
      PatchRequest: records 1 repeated databroker.Record, field_mask 2 google.protobuf.FieldMask
      PatchResponse: server_version 1 uint64, records 2 repeated databroker.Record
      PutRequest: records 1 repeated databroker.Record
      PutResponse: server_version 1 uint64, records 2 repeated databroker.Record
      QueryRequest: type 1 string, query 2 string, offset 3 int64, limit 4 int64, filter 5 google.protobuf.Struct, minimum_record_version_hint 6 optional uint64
      QueryResponse: records 1 repeated databroker.Record, total_count 2 int64, server_version 3 uint64, record_version 4 uint64
      Record: version 1 uint64, type 2 string, id 3 string, data 4 google.protobuf.Any, modified_at 5 google.protobuf.Timestamp, deleted_at 6 google.protobuf.Timestamp
      ReleaseLeaseRequest: name 1 string, id 2 string
      RenewLeaseRequest: name 1 string, id 2 string, duration 3 google.protobuf.Duration
      ServerInfoResponse: server_version 1 uint64, earliest_record_version 2 uint64, latest_record_version 3 uint64
      SetCheckpointRequest: checkpoint 1 databroker.Checkpoint
      SetCheckpointResponse:
      SetOptionsRequest: type 1 string, options 2 databroker.Options
      SetOptionsResponse: options 1 databroker.Options
      SyncLatestRequest: type 1 string
      SyncLatestResponse: response.record 1 databroker.Record, response.versions 2 databroker.Versions, response.options 3 databroker.TypedOptions
      SyncRequest: server_version 1 uint64, record_version 2 uint64, type 3 string, wait 4 optional bool
      SyncResponse: response.record 1 databroker.Record, response.options 2 databroker.TypedOptions
      TypedOptions: typeURL 1 string, options 2 databroker.Options
      Versions: server_version 1 uint64, latest_record_version 2 uint64
      """;

  private static final String SERVICES =
      """
      databroker.CheckpointService/GetCheckpoint(databroker.GetCheckpointRequest) databroker.GetCheckpointResponse
      databroker.CheckpointService/SetCheckpoint(databroker.SetCheckpointRequest) databroker.SetCheckpointResponse
      databroker.DataBrokerService/AcquireLease(databroker.AcquireLeaseRequest) databroker.AcquireLeaseResponse
      databroker.DataBrokerService/Clear(google.protobuf.Empty) databroker.ClearResponse
      databroker.DataBrokerService/Get(databroker.GetRequest) databroker.GetResponse
      databroker.DataBrokerService/GetOptions(databroker.GetOptionsRequest) databroker.GetOptionsResponse
      databroker.DataBrokerService/ListTypes(google.protobuf.Empty) databroker.ListTypesResponse
      databroker.DataBrokerService/Patch(databroker.PatchRequest) databroker.PatchResponse
      databroker.DataBrokerService/Put(databroker.PutRequest) databroker.PutResponse
      databroker.DataBrokerService/Query(databroker.QueryRequest) databroker.QueryResponse
      databroker.DataBrokerService/ReleaseLease(databroker.ReleaseLeaseRequest) google.protobuf.Empty
      databroker.DataBrokerService/RenewLease(databroker.RenewLeaseRequest) google.protobuf.Empty
      databroker.DataBrokerService/ServerInfo(google.protobuf.Empty) databroker.ServerInfoResponse
      databroker.DataBrokerService/SetOptions(databroker.SetOptionsRequest) databroker.SetOptionsResponse
      databroker.DataBrokerService/Sync(databroker.SyncRequest) stream databroker.SyncResponse
      databroker.DataBrokerService/SyncLatest(databroker.SyncLatestRequest) stream databroker.SyncLatestResponse
      """;

  private final FileDescriptor file = DatabrokerProto.getDescriptor();

  @Test
  void messagesHaveTheProtocolsNamesNumbersAndTypes() {
    String actual =
        file.getMessageTypes().stream()
            .map(ProtocolTest::describe)
            .sorted()
            .collect(Collectors.joining("\n", "", "\n"));
    assertThat(actual).isEqualTo(MESSAGES);
    assertThat(file.getPackage()).isEqualTo("databroker");
  }

  @Test
  void servicesHaveTheProtocolsMethods() {
    String actual =
        file.getServices().stream()
            .map(ServiceDescriptor::getMethods)
            .flatMap(methods -> methods.stream())
            .map(ProtocolTest::describe)
            .sorted()
            .collect(Collectors.joining("\n", "", "\n"));
    assertThat(actual).isEqualTo(SERVICES);
  }

  private static String describe(Descriptor message) {
    return message.getFields().stream()
        .map(ProtocolTest::describe)
        .collect(Collectors.joining(", ", message.getName() + ": ", ""))
        .strip();
  }

  private static String describe(FieldDescriptor field) {
    String type =
        switch (field.getJavaType()) {
          case MESSAGE -> field.getMessageType().getFullName();
          default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    boolean optional = field.toProto().getProto3Optional();
    String oneof = field.getRealContainingOneof() == null ? "" : "response.";
    return String.format(
        Locale.ROOT,
        "%s%s %d %s%s",
        oneof,
        field.getName(),
        field.getNumber(),
        optional ? "optional " : field.isRepeated() ? "repeated " : "",
        type);
  }

  private static String describe(MethodDescriptor method) {
    assertThat(method.isClientStreaming()).isFalse();
    return "%s/%s(%s) %s%s"
        .formatted(
            method.getService().getFullName(),
            method.getName(),
            method.getInputType().getFullName(),
            method.isServerStreaming() ? "stream " : "",
            method.getOutputType().getFullName());
  }
}
