package io.databroker.benchmarks;

import io.databroker.server.proto.GetResponse;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Minimal service of records: keeps the bytes of each payload in two maps and an array of changes,
 * and streams prepared messages, one for each change.
 */
final class KeepingService extends NoopServer.Service {
  private final ConcurrentHashMap<String, ConcurrentHashMap<String, byte[]>> types =
      new ConcurrentHashMap<>();

  /** The payloads of all puts. Also the lock of writers. */
  private final List<byte[]> log = new ArrayList<>();

  private final List<SyncResponse> messages = new ArrayList<>();
  private final SyncResponse change;
  private final long changes;

  /**
   * @param changes number of puts that are streamed as changes; later ones are only kept
   */
  KeepingService(GetResponse got, PutResponse stored, SyncResponse change, long changes) {
    super(got, stored, change, changes);
    this.change = change;
    this.changes = changes;
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> observer) {
    for (Record record : request.getRecordsList()) {
      byte[] payload = record.getData().toByteArray();
      synchronized (log) {
        types
            .computeIfAbsent(record.getType(), type -> new ConcurrentHashMap<>())
            .put(record.getId(), payload);
        log.add(payload);
        if (log.size() <= changes) {
          messages.add(message(log.size(), record));
        }
      }
    }
    super.put(request, observer);
  }

  private SyncResponse message(long version, Record record) {
    Record.Builder told = change.getRecord().toBuilder().mergeFrom(record).setVersion(version);
    return change.toBuilder().setRecord(told).build();
  }

  /** Returns the message of a change made before the first stream was opened. */
  @Override
  SyncResponse message(long version) {
    return messages.get((int) version - 1);
  }
}
