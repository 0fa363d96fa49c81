package io.databroker.server.rpc;

import static io.databroker.server.rpc.Failures.code;
import static io.databroker.server.rpc.Failures.failure;
import static io.databroker.server.rpc.Failures.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Duration;
import com.google.protobuf.Empty;
import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import io.databroker.api.Bytes;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.Checkpoint;
import io.databroker.server.proto.ClearResponse;
import io.databroker.server.proto.GetCheckpointRequest;
import io.databroker.server.proto.GetCheckpointResponse;
import io.databroker.server.proto.GetOptionsRequest;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SetCheckpointRequest;
import io.databroker.server.proto.SetOptionsRequest;
import io.grpc.Status.Code;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class DataBrokerServiceTest {
  private static final Empty EMPTY = Empty.getDefaultInstance();
  private static final Any BLUE = Any.pack(StringValue.of("blue"));
  private final LockedBackend backend = new LockedBackend();
  @AutoClose private final Served served;

  DataBrokerServiceTest(Served.Transport transport) throws Exception {
    served = Served.over(transport, backend.checked());
  }

  private static Record record(String type, String id) {
    return Record.newBuilder().setType(type).setId(id).setData(BLUE).build();
  }

  private static Record deleted(String type, String id) {
    return record(type, id).toBuilder().setDeletedAt(Timestamp.newBuilder().setSeconds(1)).build();
  }

  @Test
  void putAnswersEachRecordAsStored() {
    PutResponse answer = served.put(record("a", "1"), deleted("a", "absent"), record("b", "é😀"));
    assertThat(answer.getServerVersion()).isEqualTo(backend.versions().serverVersion());
    assertThat(answer.getRecordsList()).extracting(Record::getVersion).containsExactly(1L, 0L, 2L);
    assertThat(answer.getRecordsList()).extracting(Record::getId).contains("1", "absent", "é😀");
    Record first = answer.getRecords(0);
    assertThat(first.getData()).isEqualTo(BLUE);
    assertThat(first.getModifiedAt().getSeconds()).isEqualTo(backend.now.getEpochSecond());
    assertThat(first.getModifiedAt().getNanos()).isEqualTo(678_901_000);
    assertThat(first.hasDeletedAt()).isFalse();
    assertThat(answer.getRecords(1).hasDeletedAt()).isTrue();
    assertThat(answer.getRecords(1).getData()).isEqualTo(Any.getDefaultInstance());
    assertThat(served.get("a", "1")).isEqualTo(first);
  }

  @Test
  void putIgnoresTheSendersVersionAndTime() {
    Record first = served.put(record("a", "1")).getRecords(0);
    Record back =
        first.toBuilder()
            .setVersion(-1)
            .setModifiedAt(Timestamp.newBuilder().setSeconds(-9).setNanos(-9))
            .build();
    assertThat(served.put(back).getRecords(0)).isEqualTo(first.toBuilder().setVersion(2).build());
  }

  @Test
  void putOfARecordWithDeletedAtDeletes() {
    served.put(record("a", "1"));
    Record answer = served.put(deleted("a", "1")).getRecords(0);
    assertThat(answer.getVersion()).isEqualTo(2);
    assertThat(answer.getData()).isEqualTo(BLUE);
    assertThat(answer.getDeletedAt()).isEqualTo(answer.getModifiedAt());
    assertThat(code(() -> served.get("a", "1"))).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void theAnyIsKeptByteForByte() {
    ByteString odd =
        BLUE.toByteString().concat(ByteString.copyFrom(new byte[] {0x78, 0x05})); // field 15
    Record sent = Record.newBuilder().setType("a").setId("1").setData(parse(odd)).build();
    served.put(sent);
    assertThat(backend.get("a", "1").payload()).isEqualTo(Bytes.copyOf(odd.toByteArray()));
    assertThat(served.get("a", "1").getData().toByteString()).isEqualTo(odd);
  }

  private static Any parse(ByteString bytes) {
    try {
      return Any.parseFrom(bytes);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void putWithoutDataStoresAnEmptyPayload() {
    served.put(Record.newBuilder().setType("a").setId("1").build());
    assertThat(backend.get("a", "1").payload()).isEqualTo(Bytes.EMPTY);
    assertThat(served.get("a", "1").getData()).isEqualTo(Any.getDefaultInstance());
  }

  @Test
  void aPayloadThatIsNoAnyIsShownAsBytes() {
    backend.put(List.of(Write.put("a", "1", Bytes.utf8("{\"not\": \"protobuf\"}"))));
    assertThat(served.get("a", "1").getData())
        .isEqualTo(Any.pack(BytesValue.of(ByteString.copyFromUtf8("{\"not\": \"protobuf\"}"))));
  }

  @Test
  void aPayloadThatBeginsAsAnAnyAndEndsAGroupIsShownAsBytes() {
    byte[] typeUrlThenEndOfGroupThenMore = {10, 1, 'u', 12, 18, 1, 'v'};
    backend.put(List.of(Write.put("a", "1", Bytes.copyOf(typeUrlThenEndOfGroupThenMore))));
    assertThat(served.get("a", "1").getData())
        .isEqualTo(Any.pack(BytesValue.of(ByteString.copyFrom(typeUrlThenEndOfGroupThenMore))));
  }

  @Test
  void putOfNothingAnswersTheServerVersion() {
    assertThat(served.put().getServerVersion()).isEqualTo(backend.versions().serverVersion());
    assertThat(backend.versions().latest()).isZero();
  }

  @Test
  void badInputIsRefusedAsAWhole() {
    assertThat(code(() -> served.put(record("a", "1"), record("", "2"))))
        .isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(code(() -> served.put(record("a", "1"), record("a", ""))))
        .isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(code(() -> served.put(record("a", "1"), record("a", "\0"))))
        .isEqualTo(Code.INVALID_ARGUMENT);
    Record early =
        deleted("a", "1").toBuilder().setDeletedAt(Timestamp.newBuilder().setSeconds(-1)).build();
    assertThat(failure(() -> served.put(record("a", "1"), early)))
        .hasMessageContaining("batch[1].deleted_at")
        .hasMessageContaining("-1 s");
    assertThat(backend.versions().latest()).isZero();
  }

  @Test
  void batchesOverTheLimitsAreRefused() {
    Record[] many = Collections.nCopies(1_001, record("a", "1")).toArray(Record[]::new);
    assertThat(failure(() -> served.put(many)))
        .hasMessageContaining("INVALID_ARGUMENT: limit-exceeded")
        .hasMessageContaining("1001 records");
    Any large = Any.newBuilder().setValue(ByteString.copyFrom(new byte[1 << 20])).build();
    assertThat(failure(() -> served.put(record("a", "1").toBuilder().setData(large).build())))
        .hasMessageContaining("INVALID_ARGUMENT: limit-exceeded")
        .hasMessageContaining("batch[0].payload");
    assertThat(backend.versions().latest()).isZero();
  }

  @Test
  void theLargestBatchWithinTheLimitsFits() {
    String type = "t".repeat(512);
    Any data = Any.newBuilder().setValue(ByteString.copyFrom(new byte[1_040])).build();
    Record[] records = new Record[1_000];
    for (int i = 0; i < records.length; i++) {
      records[i] =
          Record.newBuilder()
              .setVersion(-1)
              .setType(type)
              .setId(String.format(Locale.ROOT, "%01024d", i))
              .setData(data)
              .setModifiedAt(Timestamp.newBuilder().setSeconds(1L << 37).setNanos(999_999_999))
              .build();
    }
    assertThat(served.put(records).getRecordsCount()).isEqualTo(1_000);
  }

  @Test
  void getOfNoRecordIsNotFound() {
    assertThat(code(() -> served.get("a", "1"))).isEqualTo(Code.NOT_FOUND);
    assertThat(code(() -> served.get("a", ""))).isEqualTo(Code.NOT_FOUND);
    assertThat(code(() -> served.get("", ""))).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void typesAndVersionsFollowTheRecords() {
    served.put(record("b", "1"), record("a", "1"), record("a", "2"));
    assertThat(served.records().listTypes(EMPTY).getTypesList()).containsExactly("a", "b");
    served.put(deleted("b", "1"));
    assertThat(served.records().listTypes(EMPTY).getTypesList()).containsExactly("a");
    assertThat(served.records().serverInfo(EMPTY))
        .isEqualTo(
            ServerInfoResponse.newBuilder()
                .setServerVersion(0xF000_0000_0000_0001L)
                .setEarliestRecordVersion(1)
                .setLatestRecordVersion(4)
                .build());
  }

  @Test
  void optionsAreReplacedWholeReadBackAndRemoved() throws Exception {
    assertThat(code(() -> options("a"))).isEqualTo(Code.NOT_FOUND);
    assertThat(id(failure(() -> options("a")))).isEqualTo("options-not-found");
    assertThat(code(() -> options(""))).isEqualTo(Code.INVALID_ARGUMENT);
    Options all =
        Options.newBuilder()
            .setCapacity(0)
            .addIndexableFields("user")
            .setTtl(Duration.newBuilder().setSeconds(3).setNanos(1_000))
            .build();
    assertThat(setOptions("a", all)).isEqualTo(all);
    assertThat(options("a")).isEqualTo(all);
    assertThat(setOptions("a", Options.getDefaultInstance()))
        .isEqualTo(Options.getDefaultInstance());
    assertThat(backend.options()).isEmpty();
    assertThat(code(() -> setOptions("", all))).isEqualTo(Code.INVALID_ARGUMENT);
  }

  @Test
  void durationsAreCutToTheMicrosecondAndChecked() {
    setOptions("a", ttl(1, 234_567_899));
    assertThat(backend.options())
        .containsEntry("a", TypeOptions.NONE.withTtl(java.time.Duration.ofNanos(1_234_567_000)));
    for (Options bad :
        List.of(
            ttl(0, 999),
            ttl(1, -1),
            ttl(1, 1_000_000_000),
            ttl(Long.MAX_VALUE, 0),
            ttl(Long.MIN_VALUE, 0),
            ttl(315_576_000_000L, 0))) {
      assertThat(code(() -> setOptions("b", bad))).as("%s", bad).isEqualTo(Code.INVALID_ARGUMENT);
    }
    for (Options none : List.of(ttl(0, 0), ttl(-1, 0), ttl(0, -1))) {
      setOptions("b", none);
    }
    assertThat(backend.options()).containsOnlyKeys("a");
    assertThatThrownBy(() -> setOptions("b", ttl(9_999_999_999_999L, 0)))
        .hasMessageContaining("give at most 36500 days");
  }

  private static Options ttl(long seconds, int nanos) {
    return Options.newBuilder()
        .setTtl(Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
        .build();
  }

  private Options options(String type) {
    return served
        .records()
        .getOptions(GetOptionsRequest.newBuilder().setType(type).build())
        .getOptions();
  }

  private Options setOptions(String type, Options options) {
    return served
        .records()
        .setOptions(SetOptionsRequest.newBuilder().setType(type).setOptions(options).build())
        .getOptions();
  }

  @Test
  void clearAnswersBothHistories() {
    served.put(record("a", "1"));
    ClearResponse answer = served.records().clear(EMPTY);
    assertThat(answer.getOldServerVersion()).isEqualTo(0xF000_0000_0000_0001L);
    assertThat(answer.getNewServerVersion()).isEqualTo(backend.versions().serverVersion());
    assertThat(served.records().listTypes(EMPTY).getTypesList()).isEmpty();
  }

  @Test
  void theCheckpointIsKept() {
    GetCheckpointRequest get = GetCheckpointRequest.getDefaultInstance();
    GetCheckpointResponse before = served.checkpoints().getCheckpoint(get);
    assertThat(before.getCheckpoint()).isEqualTo(Checkpoint.getDefaultInstance());
    assertThat(before.getIsLeader()).isTrue();
    Checkpoint numbers = Checkpoint.newBuilder().setServerVersion(-1).setRecordVersion(-2).build();
    served
        .checkpoints()
        .setCheckpoint(SetCheckpointRequest.newBuilder().setCheckpoint(numbers).build());
    assertThat(served.checkpoints().getCheckpoint(get).getCheckpoint()).isEqualTo(numbers);
  }
}
