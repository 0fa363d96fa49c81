package io.databroker.server.remote;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import io.databroker.api.Checkpoint;
import io.databroker.api.ErrorId;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.host.copy.CopyEnd;
import io.databroker.host.copy.StoreContents;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.GetCheckpointRequest;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SetCheckpointRequest;
import io.databroker.server.proto.SetOptionsRequest;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.SyncResponse;
import io.databroker.server.proto.TypedOptions;
import io.databroker.server.proto.ext.RestoreServiceGrpc;
import io.databroker.server.wire.ErrorDetails;
import io.databroker.server.wire.WireValues;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A server that a copy reads from or writes to. Versions, options, records and their times come
 * over the wire; leases do not.
 *
 * <p><b>Thread-safety:</b> one thread at a time.
 */
public final class ServerEnd implements CopyEnd {
  private static final long ANSWER_SECONDS = 60;
  private static final long LONG_ANSWER_SECONDS = 600;

  /** Batch size that every server accepts. */
  private static final int BATCH_RECORDS = 1_000;

  private static final long BATCH_BYTES = 1 << 20;

  private final Channel channel;
  private final Runnable closing;

  /**
   * Copies from or to a server.
   *
   * @param channel calls the server
   * @param closing ends the channel
   */
  public ServerEnd(Channel channel, Runnable closing) {
    this.channel = channel;
    this.closing = closing;
  }

  private DataBrokerServiceGrpc.DataBrokerServiceBlockingStub records(long seconds) {
    return DataBrokerServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(seconds, TimeUnit.SECONDS);
  }

  private CheckpointServiceGrpc.CheckpointServiceBlockingStub checkpoints() {
    return CheckpointServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public StoreContents read(Consumer<StoredRecord> records) {
    Map<String, TypeOptions> options = new TreeMap<>();
    Position position = null;
    long history = versions().serverVersion();
    Checkpoint checkpoint = checkpoint();
    try {
      Iterator<SyncLatestResponse> messages =
          DataBrokerServiceGrpc.newBlockingStub(channel)
              .syncLatest(SyncLatestRequest.getDefaultInstance());
      while (messages.hasNext()) {
        SyncLatestResponse message = messages.next();
        if (message.hasRecord()) {
          records.accept(WireValues.record(message.getRecord()));
        } else if (message.hasOptions()) {
          put(message.getOptions(), options);
        } else {
          position =
              new Position(
                  message.getVersions().getServerVersion(),
                  message.getVersions().getLatestRecordVersion());
        }
      }
    } catch (StatusRuntimeException e) {
      throw CallFailures.ofRead(e);
    }
    if (position == null) {
      throw CallFailures.endedEarly();
    }
    return StoreContents.of(position, options, checkpoint, history);
  }

  private static void put(TypedOptions wire, Map<String, TypeOptions> options) {
    options.put(wire.getTypeURL(), WireValues.options(wire.getOptions()));
  }

  @Override
  public boolean has(String type, String id) {
    try {
      var unused =
          records(ANSWER_SECONDS).get(GetRequest.newBuilder().setType(type).setId(id).build());
      return true;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return false;
      }
      throw CallFailures.ofRead(e);
    }
  }

  @Override
  public Versions versions() {
    return CallFailures.reading(
        () -> {
          ServerInfoResponse info = records(ANSWER_SECONDS).serverInfo(Empty.getDefaultInstance());
          return new Versions(
              info.getServerVersion(),
              info.getEarliestRecordVersion(),
              info.getLatestRecordVersion());
        });
  }

  @Override
  public Feed changes(Position from) {
    return ServerFeed.open(channel, from, this::versions);
  }

  @Override
  public void clear() {
    CallFailures.writing(() -> records(LONG_ANSWER_SECONDS).clear(Empty.getDefaultInstance()));
  }

  /** Only the server knows its limits. */
  @Override
  public void check(StoredRecord record) {
    var unused = message(record);
  }

  /**
   * Returns a record as a message.
   *
   * @throws InvalidArgumentException if its payload is not an Any, which the wire cannot carry
   */
  private static Record message(StoredRecord stored) {
    Record.Builder record = WireValues.withoutData(stored);
    if (!stored.deleted() && stored.payload().size() > 0) {
      try {
        record.setData(Any.parseFrom(stored.payload().asByteBuffer()));
      } catch (InvalidProtocolBufferException e) {
        throw new InvalidArgumentException(
            "payload of " + stored.id(),
            stored.payload().size() + " bytes",
            "a server accepts only payloads that are a google.protobuf.Any; copy to a backend "
                + "instead");
      }
    }
    return record.build();
  }

  @Override
  public void restore(List<StoredRecord> batch) {
    PutRequest.Builder request = PutRequest.newBuilder();
    batch.forEach(record -> request.addRecords(message(record)));
    CallFailures.writing(
        () ->
            RestoreServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(ANSWER_SECONDS, TimeUnit.SECONDS)
                .restore(request.build()));
  }

  @Override
  public boolean isOverLimit(RuntimeException failure) {
    return failure instanceof StatusRuntimeException answered
        && ErrorDetails.id(answered).equals(ErrorId.LIMIT_EXCEEDED.label());
  }

  /** Reads only the options at the beginning of a stream of changes. */
  @Override
  public Map<String, TypeOptions> options() {
    Map<String, TypeOptions> options = new TreeMap<>();
    return CallFailures.reading(
        () -> {
          Versions now = versions();
          Iterator<SyncResponse> messages =
              records(ANSWER_SECONDS).sync(ServerFeed.request(now.end(), false));
          while (messages.hasNext()) {
            SyncResponse message = messages.next();
            if (message.hasOptions()) {
              put(message.getOptions(), options);
            }
          }
          return options;
        });
  }

  @Override
  public void setOptions(String type, TypeOptions options) {
    SetOptionsRequest request =
        SetOptionsRequest.newBuilder()
            .setType(type)
            .setOptions(WireValues.options(options))
            .build();
    CallFailures.writing(() -> records(LONG_ANSWER_SECONDS).setOptions(request));
  }

  @Override
  public Checkpoint checkpoint() {
    return CallFailures.reading(
        () -> {
          var found =
              checkpoints()
                  .getCheckpoint(GetCheckpointRequest.getDefaultInstance())
                  .getCheckpoint();
          return new Checkpoint(found.getServerVersion(), found.getRecordVersion());
        });
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    var next =
        io.databroker.server.proto.Checkpoint.newBuilder()
            .setServerVersion(checkpoint.serverVersion())
            .setRecordVersion(checkpoint.recordVersion());
    CallFailures.writing(
        () ->
            checkpoints()
                .setCheckpoint(SetCheckpointRequest.newBuilder().setCheckpoint(next).build()));
  }

  @Override
  public int batchRecords() {
    return BATCH_RECORDS;
  }

  @Override
  public long batchBytes() {
    return BATCH_BYTES;
  }

  @Override
  public void close() {
    closing.run();
  }
}
