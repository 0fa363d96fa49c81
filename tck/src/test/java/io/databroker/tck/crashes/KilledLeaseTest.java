package io.databroker.tck.crashes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.Store;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A kill between two calls of the kit is no fault of the backend. */
class KilledLeaseTest {

  @Test
  void aNameIsNotExpectedFreeIfAKillCameBeforeTheKitReleasedIt() {
    Backend backend = new ReferenceBackend(new Store(), BackendContext.standard());
    Backend killed =
        new ForwardingBackend(backend) {
          @Override
          public boolean releaseLease(String name, long token) {
            throw new IllegalStateException("killed");
          }
        };
    Leases leases = new Leases();
    leases.see("released", "a", 0);
    leases.see("released", "b", 0);
    Contents contents = new Contents(killed, new Recorder(), new Life(leases)::see);
    assertThatThrownBy(() -> contents.report(0, 0, Map.of("a", 0L))).hasMessage("killed");
    assertThat(leases.expected()).containsExactly(Map.entry("b", 0L));
  }
}
