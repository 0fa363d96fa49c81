package io.databroker.server.rpc;

import io.databroker.api.Backend;
import io.databroker.api.Checkpoint;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.GetCheckpointRequest;
import io.databroker.server.proto.GetCheckpointResponse;
import io.databroker.server.proto.SetCheckpointRequest;
import io.databroker.server.proto.SetCheckpointResponse;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/** Service for the checkpoint of a follower. */
final class CheckpointService extends CheckpointServiceGrpc.CheckpointServiceImplBase {
  private final Backend backend;

  CheckpointService(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void getCheckpoint(
      GetCheckpointRequest request, StreamObserver<GetCheckpointResponse> observer) {
    Answer.send(
        observer,
        () -> {
          Checkpoint kept = backend.checkpoint();
          return GetCheckpointResponse.newBuilder()
              .setCheckpoint(
                  io.databroker.server.proto.Checkpoint.newBuilder()
                      .setServerVersion(kept.serverVersion())
                      .setRecordVersion(kept.recordVersion()))
              .setIsLeader(true) // Every reachable server may write.
              .build();
        });
  }

  @Override
  public void setCheckpoint(
      SetCheckpointRequest request, StreamObserver<SetCheckpointResponse> observer) {
    Answer.send(
        observer,
        Audited.work(
            "checkpoint",
            Map.of(
                "serverVersion",
                Long.toUnsignedString(request.getCheckpoint().getServerVersion()),
                "recordVersion",
                Long.toUnsignedString(request.getCheckpoint().getRecordVersion())),
            () -> {
              backend.setCheckpoint(
                  new Checkpoint(
                      request.getCheckpoint().getServerVersion(),
                      request.getCheckpoint().getRecordVersion()));
              return SetCheckpointResponse.getDefaultInstance();
            }));
  }
}
