package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.StoredRecord;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ext.RestoreServiceGrpc;
import io.databroker.server.wire.WireValues;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Service for writes that keep their times, which the protocol of Pomerium does not have. */
final class Restores extends RestoreServiceGrpc.RestoreServiceImplBase {
  private final Backend backend;

  Restores(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void restore(PutRequest request, StreamObserver<PutResponse> observer) {
    Answer.send(
        Encoded.accepting(observer),
        Audited.work(
            "restore",
            Map.of("records", Integer.toString(request.getRecordsCount())),
            () ->
                request.getRecordsCount() == 0
                    ? WireRecords.nothingStored(backend)
                    : WireRecords.stored(backend.restore(records(request.getRecordsList())))));
  }

  private static List<StoredRecord> records(List<Record> wire) {
    List<StoredRecord> records = new ArrayList<>(wire.size());
    for (Record record : wire) {
      WireTimes.check("batch[" + records.size() + "].modified_at", record.getModifiedAt());
      records.add(WireValues.record(record));
    }
    return records;
  }
}
