package io.databroker.server.rpc;

import com.google.protobuf.Empty;
import io.databroker.api.Backend;
import io.databroker.api.ClearResult;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Lease;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.server.net.Network;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.AcquireLeaseResponse;
import io.databroker.server.proto.ClearResponse;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.GetOptionsRequest;
import io.databroker.server.proto.GetOptionsResponse;
import io.databroker.server.proto.GetRequest;
import io.databroker.server.proto.GetResponse;
import io.databroker.server.proto.ListTypesResponse;
import io.databroker.server.proto.PatchRequest;
import io.databroker.server.proto.PatchResponse;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.PutResponse;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.ReleaseLeaseRequest;
import io.databroker.server.proto.RenewLeaseRequest;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.SetOptionsRequest;
import io.databroker.server.proto.SetOptionsResponse;
import io.databroker.server.proto.SyncLatestRequest;
import io.databroker.server.proto.SyncLatestResponse;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.databroker.server.wire.WireValues;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Service for records, their changes, and leases. */
final class DataBrokerService extends DataBrokerServiceGrpc.DataBrokerServiceImplBase {
  private final Backend backend;
  private final Streams streams;
  private final Searches searches;
  private final GrowthLimits growth;
  private final ToldChanges told = new ToldChanges();

  DataBrokerService(Backend backend, Streams streams, Searches searches, ServiceLimits limits) {
    this.backend = backend;
    this.streams = streams;
    this.searches = searches;
    this.growth = new GrowthLimits(backend, limits);
  }

  /** Returns the held leases that were acquired through this server. */
  List<HeldLease> leases() {
    return growth.leases();
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> observer) {
    Answer.send(
        Encoded.accepting(observer),
        () -> {
          String type = request.getType();
          String id = request.getId();
          StoredRecord found = type.isEmpty() || id.isEmpty() ? null : backend.get(type, id);
          if (found == null) {
            String key = Shown.quoted(type) + ", " + Shown.quoted(id);
            throw Statuses.of(Status.NOT_FOUND, "record-not-found", "no record (" + key + ")");
          }
          return EncodedRecords.only(found);
        });
  }

  @Override
  public void listTypes(Empty request, StreamObserver<ListTypesResponse> observer) {
    Answer.send(
        observer, () -> ListTypesResponse.newBuilder().addAllTypes(backend.listTypes()).build());
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> observer) {
    Answer.send(
        Encoded.accepting(observer),
        () ->
            request.getRecordsCount() == 0
                ? WireRecords.nothingStored(backend)
                : WireRecords.stored(backend.put(WireRecords.writes(request.getRecordsList()))));
  }

  @Override
  public void patch(PatchRequest request, StreamObserver<PatchResponse> observer) {
    Answer.send(observer, () -> searches.patch(request));
  }

  @Override
  public void query(QueryRequest request, StreamObserver<QueryResponse> observer) {
    searches.query(request, observer);
  }

  @Override
  public void serverInfo(Empty request, StreamObserver<ServerInfoResponse> observer) {
    Answer.send(
        observer,
        () -> {
          Versions versions = backend.versions();
          return ServerInfoResponse.newBuilder()
              .setServerVersion(versions.serverVersion())
              .setEarliestRecordVersion(versions.earliest())
              .setLatestRecordVersion(versions.latest())
              .build();
        });
  }

  @Override
  public void clear(Empty request, StreamObserver<ClearResponse> observer) {
    Answer.send(
        observer,
        Audited.work(
            "clear",
            Map.of(),
            () -> {
              ClearResult result = backend.clear();
              return ClearResponse.newBuilder()
                  .setOldServerVersion(result.oldServerVersion())
                  .setNewServerVersion(result.newServerVersion())
                  .build();
            }));
  }

  @Override
  public void getOptions(GetOptionsRequest request, StreamObserver<GetOptionsResponse> observer) {
    Answer.send(
        observer,
        () -> {
          String type = request.getType();
          if (type.isEmpty()) {
            throw new InvalidArgumentException("type", type, "give at least one character");
          }
          TypeOptions options = backend.options().get(type);
          if (options == null) {
            String problem = "no options for " + Shown.quoted(type);
            throw Statuses.of(Status.NOT_FOUND, "options-not-found", problem);
          }
          return GetOptionsResponse.newBuilder().setOptions(WireValues.options(options)).build();
        });
  }

  @Override
  public void setOptions(SetOptionsRequest request, StreamObserver<SetOptionsResponse> observer) {
    Network client = AdmittedCall.client();
    Answer.send(
        observer,
        Audited.work(
            "options",
            Map.of("type", request.getType()),
            () -> {
              TypeOptions options = WireRecords.options(request.getOptions());
              growth.setOptions(client, request.getType(), options);
              return SetOptionsResponse.newBuilder()
                  .setOptions(WireValues.options(options))
                  .build();
            }));
  }

  @Override
  public void acquireLease(
      AcquireLeaseRequest request, StreamObserver<AcquireLeaseResponse> observer) {
    Network client = AdmittedCall.client();
    Answer.send(
        observer,
        () -> {
          Duration duration = WireTimes.lease("duration", request.getDuration());
          Lease lease = growth.acquireLease(client, request.getName(), duration);
          if (lease == null) {
            String problem = Shown.quoted(request.getName()) + " is held by another";
            throw Statuses.of(Status.ALREADY_EXISTS, "lease-held", problem);
          }
          return AcquireLeaseResponse.newBuilder().setId(LeaseIds.id(lease)).build();
        });
  }

  @Override
  public void renewLease(RenewLeaseRequest request, StreamObserver<Empty> observer) {
    Answer.send(
        observer,
        () -> {
          Duration duration = WireTimes.lease("duration", request.getDuration());
          long token = LeaseIds.token(request.getId());
          if (growth.renewLease(request.getName(), token, duration) == null) {
            throw Statuses.of(
                Status.ALREADY_EXISTS,
                "lease-not-held",
                Shown.quoted(request.getId())
                    + " no longer holds "
                    + Shown.quoted(request.getName()));
          }
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void releaseLease(ReleaseLeaseRequest request, StreamObserver<Empty> observer) {
    Answer.send(
        observer,
        () -> {
          growth.releaseLease(request.getName(), LeaseIds.token(request.getId()));
          return Empty.getDefaultInstance();
        });
  }

  @Override
  public void sync(SyncRequest request, StreamObserver<SyncResponse> observer) {
    streams.serveWatch(
        Encoded.accepting(observer), () -> ChangesSource.open(backend, told, request));
  }

  @Override
  public void syncLatest(SyncLatestRequest request, StreamObserver<SyncLatestResponse> observer) {
    streams.serveSnapshot(Encoded.accepting(observer), () -> SnapshotSource.open(backend, request));
  }
}
