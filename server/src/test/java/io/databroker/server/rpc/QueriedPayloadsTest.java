package io.databroker.server.rpc;

import static io.databroker.server.rpc.Structs.record;
import static io.databroker.server.rpc.Structs.struct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.Empty;
import com.google.protobuf.FieldMask;
import io.databroker.api.Capability;
import io.databroker.api.TypeOptions;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.payload.Shop;
import io.databroker.server.proto.PatchRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncLatestRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Queries and indexes over payloads of known and unknown message types. */
@ParameterizedClass
@MethodSource("io.databroker.server.fixture.EachBackend#all")
class QueriedPayloadsTest {
  private static final int ANSWER_BYTES = 64 << 10;
  private final EachBackend backend;
  private BackendConfig place;
  private Databroker broker;
  private Served served;

  QueriedPayloadsTest(EachBackend backend) {
    this.backend = backend;
  }

  @BeforeEach
  void serve() throws Exception {
    place = backend.place();
    broker = EachBackend.open(place, MessageTypes.wellKnown().extractor());
    QuerySettings settings =
        new QuerySettings(MessageTypes.wellKnown(), Duration.ofMinutes(1), ANSWER_BYTES);
    served = Served.over(Served.Transport.IN_PROCESS, broker.backend(), settings);
  }

  @AfterEach
  void stop() {
    served.close();
    broker.close();
  }

  private void index(String type, String... fields) {
    broker.backend().setOptions(type, TypeOptions.NONE.withIndexedFields(fields));
  }

  private void put(Record... records) {
    var unused =
        served.records().put(PutRequest.newBuilder().addAllRecords(List.of(records)).build());
  }

  private static QueryRequest.Builder all(String type) {
    return QueryRequest.newBuilder().setType(type).setLimit(1_000);
  }

  private QueryResponse query(QueryRequest.Builder request) {
    return served.records().query(request.build());
  }

  private List<String> ids(QueryRequest.Builder request) {
    return query(request).getRecordsList().stream().map(Record::getId).toList();
  }

  private List<String> ids(String type, String filter) {
    return ids(all(type).setFilter(struct(filter)));
  }

  @Test
  void aPayloadOfAnUnknownTypeIsStoredServedAndSyncedLikeAnyOther() {
    index("order", "buyer");
    Record order =
        Record.newBuilder().setType("order").setId("1").setData(Shop.order("buyer: 'Ann'")).build();
    put(order, record("order", "2", "{'buyer':'Ann'}"));
    assertThat(ids("order", "{'buyer':'Ann'}")).containsExactly("2");
    assertThat(ids(all("order").setQuery("ann"))).containsExactly("2");
    assertThat(query(all("order").setLimit(1)).getRecords(0).getData()).isEqualTo(order.getData());
    assertThat(served.records().listTypes(Empty.getDefaultInstance()).getTypesList())
        .containsExactly("order");
    var latest = served.records().syncLatest(SyncLatestRequest.getDefaultInstance());
    assertThat(Stream.generate(latest::next).limit(2))
        .extracting(message -> message.getRecord().getData())
        .contains(order.getData());
  }

  @Test
  void aTypeOfADescriptorSetIsSearchedAndIndexed() throws Exception {
    served.close();
    broker.close();
    MessageTypes types = MessageTypes.wellKnown().with(Shop.protoset());
    broker = EachBackend.open(backend.place(), types.extractor());
    served =
        Served.over(
            Served.Transport.IN_PROCESS, broker.backend(), new QuerySettings().withTypes(types));
    index("order", "buyer", "to.city");
    for (String each : List.of("buyer: 'Ann'", "buyer: 'Bob' to { city: 'Ulm' } tags: 'red'")) {
      put(
          Record.newBuilder()
              .setType("order")
              .setId(each.substring(8, 11))
              .setData(Shop.order(each))
              .build());
    }
    assertThat(ids("order", "{'buyer':'Ann'}")).containsExactly("Ann");
    assertThat(ids("order", "{'to':{'city':'Ulm'}}")).containsExactly("Bob");
    assertThat(ids(all("order").setQuery("RED"))).containsExactly("Bob");
    Record change =
        Record.newBuilder()
            .setType("order")
            .setId("Bob")
            .setData(Shop.order("to { city: 'Bonn' }"))
            .build();
    FieldMask mask = FieldMask.newBuilder().addPaths("to.city").addPaths("tags").build();
    var unused =
        served
            .records()
            .patch(PatchRequest.newBuilder().addRecords(change).setFieldMask(mask).build());
    assertThat(query(all("order").setFilter(struct("{'to.city':'Bonn'}"))).getRecords(0).getData())
        .isEqualTo(Shop.order("buyer: 'Bob' to { city: 'Bonn' }"));
    assertThat(ids("order", "{'to':{'city':'Ulm'}}")).isEmpty();
  }

  @Test
  void aTypeThatIsKnownAfterAReopenIsFoundByItsFields() throws Exception {
    index("order", "buyer");
    put(
        Record.newBuilder()
            .setType("order")
            .setId("1")
            .setData(Shop.order("buyer: 'Ann'"))
            .build());
    assertThat(ids("order", "{'buyer':'Ann'}")).isEmpty();
    assumeThat(broker.opened().capabilities())
        .as("what is not durable cannot be reopened")
        .contains(Capability.DURABLE);
    served.close();
    broker.close();
    MessageTypes types = MessageTypes.wellKnown().with(Shop.protoset());
    broker = EachBackend.open(place, types.extractor());
    served =
        Served.over(
            Served.Transport.IN_PROCESS, broker.backend(), new QuerySettings().withTypes(types));
    assertThat(ids("order", "{'buyer':'Ann'}")).containsExactly("1");
  }
}
