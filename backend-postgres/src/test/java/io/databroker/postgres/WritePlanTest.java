package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.postgres.WritePlan.Live;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WritePlanTest {
  private static final Key FIRST = new Key("t", "first");
  private static final Key SECOND = new Key("t", "second");

  private final Map<Key, Live> live = new HashMap<>(Map.of(FIRST, Live.stored(3, 5)));
  private final WritePlan plan = new WritePlan(7, 1_000, live);
  private final Eviction eviction = new Eviction(plan, "t", 1, new long[] {1, 3});

  private NewRow put(Key key) {
    NewRow row = plan.put(key, Bytes.EMPTY, List.of());
    eviction.wrote(row);
    return row;
  }

  @Test
  void aBatchThatIsTakenBackLeavesNothing() {
    NewRow kept = put(FIRST);
    plan.endBatch();
    Map<Key, Live> before = Map.copyOf(live);

    put(FIRST);
    put(SECOND);
    Eviction.run(List.of(eviction));
    plan.delete(SECOND, plan.live(SECOND));
    plan.raiseOldest("t", 4);
    assertThat(plan.latest()).isEqualTo(12);
    plan.undoBatch();

    assertThat(live).isEqualTo(before);
    assertThat(plan.rows).containsExactly(kept);
    assertThat(kept.replacedBy).isZero();
    assertThat(plan.replaced).isEqualTo(Map.of(3L, 8L));
    assertThat(plan.counts.getOrDefault("t", 0L)).isZero();
    assertThat(plan.oldest).isEmpty();
    assertThat(plan.deletedBytes).isZero();

    NewRow next = put(SECOND);
    assertThat(next.version).isEqualTo(9);
    Eviction.run(List.of(eviction));
    plan.endBatch();
    assertThat(kept.replacedBy).isEqualTo(10);
    assertThat(plan.live(FIRST)).isEqualTo(Live.NONE);
  }
}
