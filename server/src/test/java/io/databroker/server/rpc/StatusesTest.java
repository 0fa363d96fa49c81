package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.ErrorInfo;
import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.databroker.server.fixture.Errors;
import io.databroker.server.fixture.FailingBackend;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StatusesTest {
  private static final String UNFORESEEN =
      "internal error; the call may or may not have taken effect: read before you write "
          + "again; the server's log has more";

  private record Expected(Code code, String description, Map<String, String> values) {}

  private static Expected expected(ErrorId id, String message) {
    return switch (id) {
      case INVALID_ARGUMENT ->
          new Expected(
              Code.INVALID_ARGUMENT,
              message,
              Map.of("argument", "batch[3].id", "value", "\\u000A"));
      case LIMIT_EXCEEDED ->
          new Expected(
              Code.INVALID_ARGUMENT,
              message,
              Map.of("argument", "batch", "actual", "1001", "limit", "1000"));
      case CONDITION_FAILED ->
          new Expected(
              Code.ABORTED,
              message,
              Map.of(
                  "index", "2",
                  "type", "car",
                  "id", "7",
                  "expected", "version 18446744073709551615",
                  "found", "12"));
      case HISTORY_REPLACED ->
          new Expected(
              Code.ABORTED,
              "invalid server version",
              Map.of("asked", "18446744073709551615", "current", "5"));
      case HISTORY_TRIMMED ->
          new Expected(
              Code.ABORTED, "invalid record version", Map.of("asked", "3", "earliest", "10"));
      case FUTURE_VERSION ->
          new Expected(
              Code.ABORTED,
              "invalid record version",
              Map.of("asked", "18446744073709551614", "latest", "10"));
      case SNAPSHOT_EXPIRED -> new Expected(Code.ABORTED, message, Map.of("version", "77"));
      case CLOSED, UNAVAILABLE -> new Expected(Code.UNAVAILABLE, message, Map.of());
      case OUTCOME_UNKNOWN -> new Expected(Code.UNKNOWN, message, Map.of());
      case STORAGE_FULL -> new Expected(Code.RESOURCE_EXHAUSTED, message, Map.of());
      case STORAGE_FAILED, OPEN_FAILED -> new Expected(Code.INTERNAL, message, Map.of());
      case UNSUPPORTED -> new Expected(Code.UNIMPLEMENTED, message, Map.of());
    };
  }

  @ParameterizedTest
  @EnumSource
  void everyErrorAnswersItsStatusWithItsIdAndValues(ErrorId id) throws Exception {
    DatabrokerException error = Errors.of(id);
    Expected expected = expected(id, error.getMessage());
    try (Served served =
        Served.over(Served.Transport.IN_PROCESS, FailingBackend.with(() -> error))) {
      GetRequest get = GetRequest.newBuilder().setType("t").setId("i").build();
      check(
          catchThrowableOfType(StatusRuntimeException.class, () -> served.records().get(get)),
          id,
          expected);
      // A stream has already sent its headers then.
      check(
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> served.records().sync(SyncRequest.getDefaultInstance()).hasNext()),
          id,
          expected);
    }
  }

  private static void check(StatusRuntimeException answer, ErrorId id, Expected expected)
      throws Exception {
    assertThat(answer.getStatus().getCode()).isEqualTo(expected.code);
    assertThat(answer.getStatus().getDescription()).isEqualTo(expected.description);
    ErrorInfo info = StatusProto.fromThrowable(answer).getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getDomain()).isEqualTo("databroker");
    assertThat(info.getReason()).isEqualTo(id.label());
    assertThat(info.getMetadataMap()).isEqualTo(expected.values);
  }

  private static Stream<Throwable> unforeseen() {
    return Stream.of(
        new IllegalStateException("secret"), new OutOfMemoryError("secret"), new Error("secret"));
  }

  @ParameterizedTest
  @MethodSource("unforeseen")
  void whatNobodyForesawTellsTheClientThatNothingIsKnown(Throwable error) throws Exception {
    try (Served served =
        Served.over(Served.Transport.IN_PROCESS, FailingBackend.with(() -> error))) {
      PutRequest put =
          PutRequest.newBuilder().addRecords(Record.newBuilder().setType("a").setId("1")).build();
      unknown(catchThrowableOfType(StatusRuntimeException.class, () -> served.records().put(put)));
      unknown(
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> served.records().sync(SyncRequest.getDefaultInstance()).hasNext()));
    }
  }

  private static void unknown(StatusRuntimeException answer) throws Exception {
    assertThat(answer.getStatus().getDescription()).doesNotContain("secret");
    check(answer, ErrorId.OUTCOME_UNKNOWN, new Expected(Code.INTERNAL, UNFORESEEN, Map.of()));
  }
}
