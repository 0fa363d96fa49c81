package io.databroker.offheap.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Checkpoint;
import io.databroker.api.Lease;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MomentTest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
  private static final int SIZE = 3 * Long.BYTES;

  private final SideState state =
      new SideState(
          1,
          2,
          1,
          Checkpoint.NONE,
          3,
          List.of(new Lease("n", 3, TIME.plusSeconds(600))),
          Map.of(),
          new Moment(TIME, 7, 1_000));

  @Test
  void isReadAsItWasWritten() throws IOException {
    assertThat(SideState.read(SideState.reading(state.bytes()))).isEqualTo(state);
  }

  @Test
  void isMissingInStoresOfEarlierVersions() throws IOException {
    byte[] bytes = state.bytes();
    SideState earlier =
        SideState.read(SideState.reading(Arrays.copyOf(bytes, bytes.length - SIZE)));
    assertThat(earlier.moment()).isNull();
    assertThat(earlier.leases()).isEqualTo(state.leases());
  }

  @Test
  void aTimeThatRunsBackwardsEndsNoLeaseEarly() {
    Moment now = new Moment(TIME.plusSeconds(7200), 7, 500);
    assertThat(new Moment(TIME, 7, 1_000).continued(TIME.plusSeconds(600), now, -500))
        .isEqualTo(now.clock().plusSeconds(600));
  }
}
