package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.server.net.Connection;
import io.databroker.server.net.Connections;
import io.databroker.server.net.NetworkLimits;
import io.databroker.server.net.RecordPlace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordGateTest {
  private static final int MIB = 1 << 20;

  private final Connections all = new Connections(NetworkLimits.standard(64 * MIB, 64 * MIB));
  private final Connection connection = Connection.of(new RecordedCall(all));
  private final RecordGate gate = new RecordGate(connection);
  private final List<String> events = new ArrayList<>();

  private static Bytes payload() {
    return Bytes.copyOf(new byte[10 * MIB]);
  }

  private static LargeRecord message() {
    return new LargeRecord(new byte[1], payload(), new byte[1]);
  }

  /** The turn of the stream has just seen that there is no room, and is about to say so. */
  @Test
  void aStreamThatIsWokenWhileItAsksKeepsItsTurn() {
    RecordPlace before = connection.place(payload(), false);
    LargeRecord message = message();
    gate.whenOpen(message, () -> true, () -> events.add("woken"));
    assertThat(gate.passes(message)).isFalse();
    connection.whenPlace(payload(), () -> true, () -> events.add("other"));
    before.giveBack();
    gate.whenOpen(message, () -> true, () -> events.add("woken again"));
    assertThat(events).containsExactly("woken");
    assertThat(gate.passes(message)).isTrue();
    gate.left(message);
    assertThat(events).containsExactly("woken", "other");
  }
}
