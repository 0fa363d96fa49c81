package io.databroker.server.rpc;

import com.google.protobuf.Any;
import io.databroker.api.Backend;
import io.databroker.api.LimitExceededException;
import io.databroker.api.Limits;
import io.databroker.api.PutResult;
import io.databroker.host.patch.Patch;
import io.databroker.host.patch.Patcher;
import io.databroker.host.query.Filter;
import io.databroker.host.query.Queries;
import io.databroker.host.query.QueryResult;
import io.databroker.host.query.RecordQuery;
import io.databroker.server.payload.AddressField;
import io.databroker.server.payload.PatchMask;
import io.databroker.server.payload.PayloadPatch;
import io.databroker.server.payload.TextMatch;
import io.databroker.server.proto.PatchRequest;
import io.databroker.server.proto.PatchResponse;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.Record;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Handles Query and Patch, the calls that need the message types of payloads. */
final class Searches {
  /** Bytes of a QueryResponse without its records, with a reserve. */
  private static final int ANSWER_OVERHEAD = 64;

  private final Queries queries;
  private final Patcher patcher;
  private final VersionWait wait;
  private final QuerySettings settings;
  private final ServiceLimits limits;

  Searches(
      Backend backend,
      Limits backendLimits,
      QuerySettings settings,
      ServiceLimits limits,
      VersionWait wait) {
    // Clients look addresses up without ever setting options, so it must work without an index.
    this.queries = new Queries(backend, settings.types().extractor(), Set.of(AddressField.PATH));
    this.patcher = new Patcher(backend, backendLimits.batchBytes());
    this.wait = wait;
    this.settings = settings;
    this.limits = limits;
  }

  /** Returns whether a query only looks one record up by its id. */
  static boolean isLookUpById(QueryRequest request) {
    return !request.getType().isEmpty()
        && request.getQueryBytes().isEmpty()
        && request.hasFilter()
        && FilterStruct.isOfId(request.getFilter());
  }

  /** Answers a query, after a wait for the version that the request names. */
  void query(QueryRequest request, StreamObserver<QueryResponse> observer) {
    Context caller = Context.current();
    Runnable answer = () -> Answer.send(observer, () -> query(request, caller));
    if (request.hasMinimumRecordVersionHint()) {
      AdmittedCall<?> call = AdmittedCall.CURRENT.get();
      wait.until(
          call == null ? this : call.connection(),
          request.getMinimumRecordVersionHint(),
          settings.hintWait(),
          answer,
          task -> call == null ? task : call.later(task));
    } else {
      answer.run();
    }
  }

  /** Ends all waits for versions immediately. */
  void stop() {
    wait.stop();
  }

  private QueryResponse query(QueryRequest request, Context caller) {
    int bytes = request.getQueryBytes().size();
    if (bytes > limits.queryBytes()) {
      throw new LimitExceededException("query", bytes, limits.queryBytes(), "bytes");
    }
    Filter filter = request.hasFilter() ? FilterStruct.parse(request.getFilter()) : Filter.all();
    QueryResult result =
        queries.run(
            RecordQuery.of(request.getType(), filter)
                .where(
                    new TextMatch(settings.types(), request.getQuery(), () -> checkThere(caller)))
                .page(request.getOffset(), request.getLimit())
                .within(Math.max(0, settings.answerBytes() - ANSWER_OVERHEAD)),
            () -> checkThere(caller));
    return QueryResponse.newBuilder()
        .addAllRecords(WireRecords.records(result.records()))
        .setTotalCount(result.total())
        .setServerVersion(result.position().serverVersion())
        .setRecordVersion(result.position().version())
        .build();
  }

  /** Ends the work for a caller that has left. */
  private static void checkThere(Context caller) {
    if (caller.isCancelled()) {
      throw Status.CANCELLED.withDescription("the caller has left").asRuntimeException();
    }
  }

  PatchResponse patch(PatchRequest request) {
    List<Patch> patches = new ArrayList<>(request.getRecordsCount());
    PatchMask mask = PatchMask.of(request.getFieldMask(), request.getRecordsCount());
    Context caller = Context.current();
    for (Record record : request.getRecordsList()) {
      patches.add(patch("records[" + patches.size() + "]", record, mask, caller));
    }
    PutResult result = patcher.patch(patches);
    return PatchResponse.newBuilder()
        .setServerVersion(result.serverVersion())
        .addAllRecords(WireRecords.records(result.records()))
        .build();
  }

  private Patch patch(String argument, Record record, PatchMask mask, Context caller) {
    if (record.hasDeletedAt()) {
      WireTimes.check(argument + ".deleted_at", record.getDeletedAt());
      return new Patch(record.getType(), record.getId(), payload -> null);
    }
    Any data = record.getData();
    PayloadPatch change = PayloadPatch.of(settings.types(), argument + ".data", data, mask);
    return new Patch(
        record.getType(),
        record.getId(),
        payload -> {
          checkThere(caller);
          return change.apply(payload);
        });
  }
}
