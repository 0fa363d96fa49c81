package io.databroker.host.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.host.Databroker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MeteredBackendTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();

  private Databroker open() {
    return Databroker.builder()
        .backend("inmemory")
        .decorate((name, backend) -> MeteredBackend.over(backend, name, registry))
        .open();
  }

  private double gauge(String name, String... tags) {
    return registry
        .get("databroker.backend." + name)
        .tags(Tags.of("backend", "inmemory").and(tags))
        .gauge()
        .value();
  }

  private static void put(Backend backend, String type) {
    backend.put(List.of(Write.put(type, "a", Bytes.EMPTY)));
  }

  @Test
  void gaugesShowTheBackendThatIsOpenAlsoAfterAReopen() {
    try (Databroker first = open()) {
      put(first.backend(), "car");
      put(first.backend(), "van");
      assertThat(gauge("types")).isEqualTo(2);
    }
    try (Databroker second = open();
        ChangeFeed feed = second.backend().changes(second.backend().versions().end(), null)) {
      put(second.backend(), "car");
      assertThat(feed.poll()).isNotNull();
      assertThat(gauge("types")).isEqualTo(1);
      assertThat(gauge("version")).isEqualTo(1);
      assertThat(gauge("feeds.open")).isEqualTo(1);
      assertThat(gauge("memory.bytes")).isPositive();
      assertThat(gauge("state", "mode", "serving")).isEqualTo(1);
    }
  }

  @Test
  void countersOfABackendReplaceNoMeterOfTheHost() {
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      Backend backend =
          new ForwardingBackend(broker.backend()) {
            @Override
            public Map<String, Long> counters() {
              return Map.of(
                  "version", 99L, "Types", 98L, "own", 97L, "records.written", 96L, "calls", 95L);
            }
          };
      put(backend, "car");
      try (Backend metered = MeteredBackend.over(backend, "inmemory", registry)) {
        put(metered, "car");
        assertThat(gauge("version")).isEqualTo(2);
        assertThat(gauge("types")).isEqualTo(1);
        assertThat(gauge("own")).isEqualTo(97);
        assertThat(registry.get("databroker.backend.records.written").counter().count())
            .isEqualTo(1);
        assertThat(registry.find("databroker.backend.calls").gauges()).isEmpty();
      }
    }
  }

  @Test
  void aClosedBackendShowsNoStateAndHidesNoOther() {
    Databroker first = open();
    Databroker second = open();
    first.close();
    assertThat(gauge("state", "mode", "serving")).isEqualTo(1);
    second.close();
    assertThat(registry.find("databroker.backend.state").gauges()).isEmpty();
    assertThat(registry.find("databroker.backend.calls").timers()).isNotEmpty();
  }
}
