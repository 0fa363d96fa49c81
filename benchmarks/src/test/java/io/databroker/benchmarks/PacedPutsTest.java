package io.databroker.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import org.junit.jupiter.api.Test;

class PacedPutsTest {
  @Test
  void eachPutIsTimedAtEachWatcher() throws Exception {
    Server server = NoopServer.serve(new RelayServer(), Runnable::run);
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress(
                "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
            .build();
    try {
      PacedPuts puts =
          new PacedPuts(
              DataBrokerServiceGrpc.newBlockingStub(channel),
              DataBrokerServiceGrpc.newStub(channel),
              3);

      assertThat(puts.times(5, 0)).hasSize(15).doesNotContain(0);
      assertThat(puts.times(2, 1_000)).as("on new streams").hasSize(6).doesNotContain(0);
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }
}
