package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.LimitExceededException;
import io.databroker.api.PutResult;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.api.support.LastPayloads;
import io.databroker.host.Databroker;
import io.databroker.server.rpc.BrokerServer;
import io.databroker.server.rpc.QuerySettings;
import io.databroker.server.rpc.ServerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Imports into a backend that limits the payloads of the records that a batch deletes (LIMIT-3).
 */
class ImportLimitsTest {
  private static final int RECORDS = 100;

  /**
   * Imports a put and a delete of each record into a backend that accepts this many deletes in a
   * batch.
   */
  private static Cli importInto(int mostDeletes) throws Exception {
    StringBuilder puts = new StringBuilder();
    StringBuilder deletes = new StringBuilder();
    for (int i = 0; i < RECORDS; i++) {
      puts.append("{\"type\":\"car\",\"id\":\"" + i + "\"}\n");
      deletes.append(
          "{\"type\":\"car\",\"id\":\"" + i + "\",\"deletedAt\":\"2026-01-01T00:00:00Z\"}\n");
    }
    Databroker.Builder host = Databroker.builder().backend("inmemory");
    host.decorate(
        (name, backend) ->
            new ForwardingBackend(backend) {
              @Override
              public PutResult put(List<Write> batch) {
                long count = batch.stream().filter(Write.Delete.class::isInstance).count();
                if (count > mostDeletes) {
                  throw new LimitExceededException(
                      "batch", count, LastPayloads.MOST_BYTES, "bytes");
                }
                return super.put(batch);
              }
            });
    try (Databroker broker = host.open();
        BrokerServer server =
            new BrokerServer(
                broker.opened(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new QuerySettings(),
                new ServerSettings())) {
      server.start();
      String address = "127.0.0.1:" + server.port();
      assertThat(Cli.run(Cli.text(puts.toString()), "import", "-", "--server", address).code())
          .isZero();
      Cli imported = Cli.run(Cli.text(deletes.toString()), "import", "-", "--server", address);
      assertThat(broker.backend().listTypes()).hasSize(mostDeletes == 0 ? 1 : 0);
      return imported;
    }
  }

  @Test
  void deletesOfTooManyBytesAreImportedInSmallerBatches() throws Exception {
    Cli imported = importInto(3);
    assertThat(imported.err()).isEmpty();
    assertThat(imported.code()).isZero();
    assertThat(imported.out()).contains("stored 100 records");
  }

  @Test
  void aRecordThatNoBatchHoldsIsNamedByItsLine() throws Exception {
    Cli imported = importInto(0);
    assertThat(imported.code()).isEqualTo(1);
    assertThat(imported.err()).contains("line 1: ").contains("; stored before that: 0");
  }
}
