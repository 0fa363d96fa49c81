package io.databroker.server.rpc;

import static io.databroker.server.rpc.Structs.struct;

import io.databroker.api.Backend;
import io.databroker.api.TypeOptions;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.Record;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A server on a backend of the class path, and a client that puts and queries records. */
final class QueryServer implements AutoCloseable {
  /** The well-known types, a long wait for versions, and answers that a test can exceed. */
  static final QuerySettings SETTINGS =
      new QuerySettings(MessageTypes.wellKnown(), Duration.ofMinutes(1), 64 << 10);

  final Databroker broker;
  final Served served;

  private QueryServer(Databroker broker, Served served) {
    this.broker = broker;
    this.served = served;
  }

  /** Opens the backend of a place with the types of the settings, and serves it. */
  static QueryServer open(BackendConfig place, QuerySettings settings) throws IOException {
    Databroker broker = EachBackend.open(place, settings.types().extractor());
    return new QueryServer(
        broker, Served.over(Served.Transport.IN_PROCESS, broker.backend(), settings));
  }

  Backend backend() {
    return broker.backend();
  }

  void index(String type, String... fields) {
    backend().setOptions(type, TypeOptions.NONE.withIndexedFields(fields));
  }

  void put(Record... records) {
    served.put(records);
  }

  /** A query for all records of a type. */
  static QueryRequest.Builder all(String type) {
    return QueryRequest.newBuilder().setType(type).setLimit(1_000);
  }

  QueryResponse query(QueryRequest.Builder request) {
    return served.records().query(request.build());
  }

  List<String> ids(QueryRequest.Builder request) {
    return query(request).getRecordsList().stream().map(Record::getId).toList();
  }

  List<String> ids(String type, String filter) {
    return ids(all(type).setFilter(struct(filter)));
  }

  StatusRuntimeException failure(QueryRequest.Builder request) {
    return Failures.failure(() -> query(request));
  }

  @Override
  public void close() {
    served.close();
    broker.close();
  }
}
