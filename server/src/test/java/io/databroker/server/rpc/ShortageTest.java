package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.Write;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.net.Connections;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.SyncRequest;
import io.databroker.server.proto.SyncResponse;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Direct memory runs out while the message of a stream is sent. */
class ShortageTest {
  private final LockedBackend backend = new LockedBackend();
  private final AtomicLong shortages = new AtomicLong();

  @Test
  void theStreamEndsInWordsAfterAWholeMessage() throws Exception {
    String name = InProcessServerBuilder.generateName();
    ServerSettings settings = new ServerSettings();
    Connections connections =
        new Connections(settings.network(), () -> 0, Long.MAX_VALUE, shortages::getAndIncrement);
    BrokerServer server =
        new BrokerServer(
            backend,
            Limits.FLOOR,
            Set.of(Capability.IMMEDIATE_READS),
            new QuerySettings(),
            settings,
            Long.MAX_VALUE,
            InProcessServerBuilder.forName(name).addTransportFilter(connections),
            connections,
            null);
    server.start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    try {
      backend.put(List.of(Write.put("t", "1", Bytes.EMPTY), Write.put("t", "2", Bytes.EMPTY)));
      Collector<SyncRequest, SyncResponse> client = Collector.eager();
      DataBrokerServiceGrpc.newStub(channel)
          .sync(
              SyncRequest.newBuilder().setServerVersion(backend.versions().serverVersion()).build(),
              client);
      assertThat(client.next().getRecord().getId()).isEqualTo("1");
      assertThat(client.failure()).startsWith("RESOURCE_EXHAUSTED: buffers-exhausted");
    } finally {
      channel.shutdownNow();
      server.close();
    }
  }
}
