package io.databroker.server.rpc;

import static io.databroker.server.rpc.QueryServer.SETTINGS;
import static io.databroker.server.rpc.QueryServer.all;
import static io.databroker.server.rpc.Structs.record;
import static io.databroker.server.rpc.Structs.struct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.Empty;
import com.google.protobuf.FieldMask;
import io.databroker.api.Capability;
import io.databroker.host.BackendConfig;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.payload.Shop;
import io.databroker.server.proto.PatchRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SyncLatestRequest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Queries and indexes over payloads of known and unknown message types. */
@ParameterizedClass
@MethodSource("io.databroker.server.fixture.EachBackend#all")
class QueriedPayloadsTest {
  private final BackendConfig place;
  @AutoClose private QueryServer server;

  QueriedPayloadsTest(EachBackend backend) throws Exception {
    place = backend.place();
    server = QueryServer.open(place, SETTINGS);
  }

  @Test
  void aPayloadOfAnUnknownTypeIsStoredServedAndSyncedLikeAnyOther() {
    server.index("order", "buyer");
    Record order =
        Record.newBuilder().setType("order").setId("1").setData(Shop.order("buyer: 'Ann'")).build();
    server.put(order, record("order", "2", "{'buyer':'Ann'}"));
    assertThat(server.ids("order", "{'buyer':'Ann'}")).containsExactly("2");
    assertThat(server.ids(all("order").setQuery("ann"))).containsExactly("2");
    assertThat(server.query(all("order").setLimit(1)).getRecords(0).getData())
        .isEqualTo(order.getData());
    assertThat(server.served.records().listTypes(Empty.getDefaultInstance()).getTypesList())
        .containsExactly("order");
    var latest = server.served.records().syncLatest(SyncLatestRequest.getDefaultInstance());
    assertThat(Stream.generate(latest::next).limit(2))
        .extracting(message -> message.getRecord().getData())
        .contains(order.getData());
  }

  private void reopenWithTheTypesOfTheShop() throws Exception {
    server.close();
    server =
        QueryServer.open(place, SETTINGS.withTypes(MessageTypes.wellKnown().with(Shop.protoset())));
  }

  @Test
  void aTypeOfADescriptorSetIsSearchedAndIndexed() throws Exception {
    reopenWithTheTypesOfTheShop();
    server.index("order", "buyer", "to.city");
    for (String each : List.of("buyer: 'Ann'", "buyer: 'Bob' to { city: 'Ulm' } tags: 'red'")) {
      server.put(
          Record.newBuilder()
              .setType("order")
              .setId(each.substring(8, 11))
              .setData(Shop.order(each))
              .build());
    }
    assertThat(server.ids("order", "{'buyer':'Ann'}")).containsExactly("Ann");
    assertThat(server.ids("order", "{'to':{'city':'Ulm'}}")).containsExactly("Bob");
    assertThat(server.ids(all("order").setQuery("RED"))).containsExactly("Bob");
    Record change =
        Record.newBuilder()
            .setType("order")
            .setId("Bob")
            .setData(Shop.order("to { city: 'Bonn' }"))
            .build();
    FieldMask mask = FieldMask.newBuilder().addPaths("to.city").addPaths("tags").build();
    var unused =
        server
            .served
            .records()
            .patch(PatchRequest.newBuilder().addRecords(change).setFieldMask(mask).build());
    assertThat(
            server
                .query(all("order").setFilter(struct("{'to.city':'Bonn'}")))
                .getRecords(0)
                .getData())
        .isEqualTo(Shop.order("buyer: 'Bob' to { city: 'Bonn' }"));
    assertThat(server.ids("order", "{'to':{'city':'Ulm'}}")).isEmpty();
  }

  @Test
  void aTypeThatIsKnownAfterAReopenIsFoundByItsFields() throws Exception {
    server.index("order", "buyer");
    server.put(
        Record.newBuilder()
            .setType("order")
            .setId("1")
            .setData(Shop.order("buyer: 'Ann'"))
            .build());
    assertThat(server.ids("order", "{'buyer':'Ann'}")).isEmpty();
    assumeThat(server.broker.opened().capabilities())
        .as("what is not durable cannot be reopened")
        .contains(Capability.DURABLE);
    reopenWithTheTypesOfTheShop();
    assertThat(server.ids("order", "{'buyer':'Ann'}")).containsExactly("1");
  }
}
