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
 * The least that a service of records has to do: it keeps the bytes of each payload in two maps and
 * an array of changes, and tells a message of its own for each change, made beforehand.
 */
final class KeepingService extends NoopServer.Service {
  private final ConcurrentHashMap<String, ConcurrentHashMap<String, byte[]>> types =
      new ConcurrentHashMap<>();

  /** Also what writers take turns by. */
  private final List<byte[]> log = new ArrayList<>();

  private final List<SyncResponse> messages = new ArrayList<>();
  private final SyncResponse change;
  private final long changes;

  /**
   * @param changes how many puts are told as changes; all others are only kept
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

  /** Of a change that was put before the first stream was opened. */
  @Override
  SyncResponse message(long version) {
    return messages.get((int) version - 1);
  }
}
