package io.databroker.server.rpc;

import static io.databroker.server.rpc.Structs.record;
import static io.databroker.server.rpc.Structs.struct;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Api;
import com.google.protobuf.ByteString;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Method;
import com.google.protobuf.SourceContext;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.proto.PatchRequest;
import io.databroker.server.proto.PatchResponse;
import io.databroker.server.proto.Record;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@MethodSource("io.databroker.server.fixture.EachBackend#all")
class PatchTest {
  private static final int PATCHES = 10_000;

  @AutoClose private final QueryServer server;

  PatchTest(EachBackend backend) throws Exception {
    server = QueryServer.open(backend.place(), new QuerySettings());
  }

  private static PatchRequest request(List<String> paths, Record... records) {
    return PatchRequest.newBuilder()
        .addAllRecords(Arrays.asList(records))
        .setFieldMask(FieldMask.newBuilder().addAllPaths(paths))
        .build();
  }

  private PatchResponse patch(List<String> paths, Record... records) {
    return server.served.records().patch(request(paths, records));
  }

  private StatusRuntimeException failure(List<String> paths, Record... records) {
    return Failures.failure(() -> patch(paths, records));
  }

  private Any data(String type, String id) {
    return server.served.get(type, id).getData();
  }

  private Struct members(String type, String id) throws Exception {
    return data(type, id).unpack(Struct.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'a':1,'b':2} | {'a':5,'b':6} | a > {'a':5,'b':2}",
        "{'a':1,'b':2} | {} | a > {'b':2}",
        "{'a':{'b':1,'c':2}} | {'a':{'b':7,'c':8}} | a.b > {'a':{'b':7,'c':2}}",
        "{'a':{'b':1,'c':2}} | {'a':{'b':7}} | a > {'a':{'b':7}}",
        "{'a':{'b':1,'c':2}} | {'a':{'b':7}} | a.b,a.c > {'a':{'b':7}}",
        "{'a':1} | {'x':{'y':{'z':'deep'}}} | x.y.z > {'a':1,'x':{'y':{'z':'deep'}}}",
        "{'a':1} | {} | x.y.z > {'a':1}",
        "{'a':1} | {'a':{'b':2}} | a.b > {'a':{'b':2}}",
        "{'a':1} | {} | a.b > {'a':1}",
        "{'a':1,'b':2} | {'c':3} | fields > {'c':3}",
        "{'a':1,'b':2} | {'a':3} | fields.a > {'a':3,'b':2}",
        "{'fields':{'a':1}} | {'fields':{'a':2}} | fields.fields.a > {'fields':{'a':2}}",
        "{'a':[1,2]} | {'a':[3]} | a > {'a':[3]}",
        "{'a':1} | {'a':null} | a > {'a':null}",
      })
  void membersOfAStructAreReplacedOrCleared(String example) throws Exception {
    String[] parts = example.split(" [|>] ", 4);
    server.put(record("t", "1", parts[0]));
    PatchResponse answer = patch(List.of(parts[2].split(",", -1)), record("t", "1", parts[1]));
    assertThat(members("t", "1")).isEqualTo(struct(parts[3]));
    assertThat(answer.getServerVersion()).isEqualTo(server.backend().versions().serverVersion());
    assertThat(answer.getRecordsCount()).isEqualTo(1);
    assertThat(answer.getRecords(0).getVersion()).isEqualTo(2);
    assertThat(answer.getRecords(0).getData()).isEqualTo(data("t", "1"));
  }

  @Test
  void fieldsOfAMessageAreReplacedOrCleared() throws Exception {
    Api stored =
        Api.newBuilder()
            .setName("old")
            .setVersion("v1")
            .setSourceContext(SourceContext.newBuilder().setFileName("file"))
            .addMethods(Method.newBuilder().setName("m1"))
            .addMixins(com.google.protobuf.Mixin.newBuilder().setName("x"))
            .build();
    server.put(message("1", Any.pack(stored)));
    Api change =
        Api.newBuilder().setName("new").addMethods(Method.newBuilder().setName("m2")).build();
    var unused =
        patch(
            List.of("name", "source_context.file_name", "methods", "mixins"),
            message("1", Any.pack(change)));
    assertThat(data("t", "1").unpack(Api.class))
        .isEqualTo(
            Api.newBuilder()
                .setName("new")
                .setVersion("v1")
                .setSourceContext(SourceContext.getDefaultInstance())
                .addMethods(Method.newBuilder().setName("m2"))
                .build());
  }

  private static Record message(String id, Any data) {
    return Record.newBuilder().setType("t").setId(id).setData(data).build();
  }

  @Test
  void aValueThatHoldsAStructIsPatchedLikeOne() throws Exception {
    Value stored = Value.newBuilder().setStructValue(struct("{'a':1,'b':2}")).build();
    server.put(message("1", Any.pack(stored)));
    Value change = Value.newBuilder().setStructValue(struct("{'a':3}")).build();
    var unused = patch(List.of("a"), message("1", Any.pack(change)));
    assertThat(data("t", "1").unpack(Value.class).getStructValue())
        .isEqualTo(struct("{'a':3,'b':2}"));
  }

  @Test
  void recordsThatDoNotExistAreLeftOut() {
    server.put(record("t", "2", "{'a':1}"), record("t", "4", "{'a':1}"));
    PatchResponse answer =
        patch(
            List.of("a"),
            record("t", "1", "{'a':9}"),
            record("t", "2", "{'a':8}"),
            record("u", "2", "{'a':7}"),
            record("t", "4", "{'a':6}"));
    assertThat(answer.getRecordsList()).extracting(Record::getId).containsExactly("2", "4");
    assertThat(server.backend().versions().latest()).isEqualTo(4);
    PatchResponse none = patch(List.of("a"), record("t", "1", "{'a':9}"));
    assertThat(none.getRecordsList()).isEmpty();
    assertThat(none.getServerVersion()).isEqualTo(answer.getServerVersion());
    assertThat(patch(List.of()).getServerVersion()).isEqualTo(answer.getServerVersion());
    assertThat(server.backend().versions().latest()).isEqualTo(4);
  }

  @Test
  void theSameRecordTwiceIsPatchedInOrderInOneBatch() throws Exception {
    server.put(record("t", "1", "{'a':1,'b':1}"));
    PatchResponse answer =
        patch(List.of("a", "c"), record("t", "1", "{'a':2,'c':2}"), record("t", "1", "{'a':3}"));
    assertThat(answer.getRecordsList()).extracting(Record::getVersion).containsExactly(2L, 3L);
    assertThat(answer.getRecords(0).getData().unpack(Struct.class))
        .isEqualTo(struct("{'a':2,'b':1,'c':2}"));
    assertThat(members("t", "1")).isEqualTo(struct("{'a':3,'b':1}"));
  }

  @Test
  void aDeletedRecordIsDeletedIfItIsThere() {
    server.put(record("t", "1", "{'a':1}"));
    Timestamp time = Timestamp.newBuilder().setSeconds(1).build();
    Record gone = record("t", "1", "{}").toBuilder().setDeletedAt(time).build();
    PatchResponse answer = patch(List.of("a"), gone, record("t", "1", "{'a':2}"));
    assertThat(answer.getRecordsList()).hasSize(1);
    assertThat(answer.getRecords(0).hasDeletedAt()).isTrue();
    assertThat(server.backend().listTypes()).isEmpty();
  }

  @Test
  void withoutAMaskTheRecordIsWrittenAgainAsItIs() throws Exception {
    server.put(record("t", "1", "{'a':1}"));
    PatchResponse answer = patch(List.of(), record("t", "1", "{'a':2}"));
    assertThat(answer.getRecords(0).getVersion()).isEqualTo(2);
    assertThat(answer.getRecords(0).getData().unpack(Struct.class)).isEqualTo(struct("{'a':1}"));
  }

  @Test
  void whatCannotBePatchedIsRefusedInWords() throws Exception {
    Any unknown =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/shop.Order")
            .setValue(ByteString.copyFromUtf8("?"))
            .build();
    server.put(message("unknown", unknown), record("t", "known", "{'a':1}"));
    assertRefused(
        failure(List.of("a"), record("t", "known", "{'a':2}"), message("unknown", unknown)),
        "records[1].data.type_url is \"type.googleapis.com/shop.Order\"",
        "put the whole record, or serve with the type's descriptor set");
    assertRefused(
        failure(List.of("value"), message("known", Any.pack(StringValue.of("x")))),
        "records[0].data.type_url is \"type.googleapis.com/google.protobuf.StringValue\"",
        "the record holds a type.googleapis.com/google.protobuf.Struct, so give a message "
            + "of that type");
    assertRefused(
        failure(List.of("a"), record("t", "known", "{'a':2}"), record("t", "unknown", "{'a':2}")),
        "records[1].data.type_url",
        "the record holds a type.googleapis.com/shop.Order");
    for (String path : List.of("", "a.", "a..b")) {
      assertRefused(
          failure(List.of(path), record("t", "known", "{}")), "field_mask is \"" + path + '"');
    }
    server.put(message("api", Any.pack(Api.getDefaultInstance())));
    for (String path : List.of("nope", "methods.name", "name.x", "sourceContext")) {
      assertRefused(
          failure(List.of("name", path), message("api", Any.pack(Api.getDefaultInstance()))),
          "field_mask is \"" + path + '"',
          "name fields of google.protobuf.Api");
    }
    Record known = record("t", "known", "{'a':2}");
    assertRefused(failure(List.of("a"), record("t", "", "{}")), "batch[0].id is \"\"");
    assertRefused(failure(List.of("a"), known, record("t", "", "{}")), "batch[1].id is \"\"");
    assertRefused(failure(List.of("a"), known, record("", "1", "{}")), "batch[1].type is \"\"");
    assertRefused(failure(List.of("a"), known, record("t", "a\0", "{}")), "batch[1].id", "U+0000");
    assertRefused(
        failure(List.of("a"), known, record("t", "x".repeat(100_000), "{}")), "batch[1].id");
    assertThat(server.backend().versions().latest()).isEqualTo(3);
    assertThat(data("t", "unknown")).isEqualTo(unknown);
  }

  private static void assertRefused(StatusRuntimeException failure, String... words) {
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(failure.getMessage()).contains(words);
  }

  @Test
  void aMaskThatIsMuchWorkIsRefusedBeforeTheWork() {
    server.put(record("t", "1", "{'a':1}"));
    Record[] many = new Record[500];
    Arrays.fill(many, record("t", "1", "{'a':2}"));
    limited(failure(Collections.nCopies(2_001, "a"), many), "field_mask has 2001 names");
    limited(failure(Collections.nCopies(10_001, "a"), many[0]), "give at most 10000");
    limited(failure(List.of("a" + ".a".repeat(9_000)), many[0]), "give at most 333");
    assertThat(patch(Collections.nCopies(2_000, "a"), many).getRecordsCount()).isEqualTo(500);
  }

  @Test
  void patchesWhosePayloadsAreMoreThanABatchAreRefusedBeforeAllAreMade() {
    server.put(record("t", "1", "{'a':'" + "x".repeat(600_000) + "'}"));
    Record[] many = new Record[500];
    Arrays.fill(many, record("t", "1", "{'b':2}"));
    limited(failure(List.of("b"), many), "bytes of payload so far");
  }

  private static void limited(StatusRuntimeException failure, String problem) {
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription())
        .startsWith("limit-exceeded: ")
        .contains(problem);
  }

  @Test
  void patchesOfDifferentFieldsLoseNothing() throws Exception {
    server.put(record("t", "1", "{'a':0,'b':0}"));
    Thread other = new Thread(() -> count("b"));
    other.start();
    count("a");
    other.join();
    assertThat(members("t", "1")).isEqualTo(struct("{'a':" + PATCHES + ",'b':" + PATCHES + "}"));
    assertThat(server.backend().versions().latest()).isEqualTo(1 + 2 * PATCHES);
  }

  private void count(String field) {
    for (int i = 1; i <= PATCHES; i++) {
      PatchResponse answer = patch(List.of(field), record("t", "1", "{'" + field + "':" + i + "}"));
      if (answer.getRecordsCount() != 1) {
        throw new AssertionError("patch " + i + " of " + field + " found nothing");
      }
    }
  }
}
