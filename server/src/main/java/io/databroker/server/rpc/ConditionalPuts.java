package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Condition;
import io.databroker.api.Write;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ext.ConditionalPutRequest;
import io.databroker.server.proto.ext.ConditionalServiceGrpc;
import io.databroker.server.proto.ext.ConditionalWrite;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/** Service for writes under a condition, which Pomerium's protocol lacks. */
final class ConditionalPuts extends ConditionalServiceGrpc.ConditionalServiceImplBase {
  private final Backend backend;

  ConditionalPuts(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void put(ConditionalPutRequest request, StreamObserver<PutResponse> observer) {
    Answer.send(
        Encoded.accepting(observer),
        () ->
            request.getWritesCount() == 0
                ? WireRecords.nothingStored(backend)
                : WireRecords.stored(backend.put(writes(request.getWritesList()))));
  }

  private static List<Write> writes(List<ConditionalWrite> wire) {
    List<Record> records = wire.stream().map(ConditionalWrite::getRecord).toList();
    List<Write> plain = WireRecords.writes(records);
    List<Write> writes = new ArrayList<>(plain.size());
    for (int i = 0; i < plain.size(); i++) {
      writes.add(plain.get(i).when(condition(wire.get(i))));
    }
    return writes;
  }

  private static Condition condition(ConditionalWrite write) {
    return switch (write.getConditionCase()) {
      case ABSENT -> Condition.ABSENT;
      case VERSION -> Condition.version(write.getVersion());
      case CONDITION_NOT_SET -> Condition.NONE;
    };
  }
}
