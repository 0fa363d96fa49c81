package io.databroker.host.metrics;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.DatabrokerException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Gauges that read their value from the backend; not a number while it cannot answer. */
final class BackendGauges {
  private BackendGauges() {}

  static void register(MeterRegistry registry, Tags tags, Backend backend) {
    asking(
        registry,
        tags,
        backend,
        "types",
        "Types with at least one record",
        b -> b.listTypes().size());
    asking(
        registry,
        tags,
        backend,
        "version",
        "Last version of the history",
        b -> unsigned(b.versions().latest()));
    asking(
        registry,
        tags,
        backend,
        "history.changes",
        "Changes that the feed holds",
        b -> {
          var versions = b.versions();
          return (double) (versions.latest() - versions.earliest() + 1);
        });
    asking(
        registry,
        tags,
        backend,
        "options.types",
        "Types that have options",
        b -> b.options().size());
    for (BackendState.Mode mode : BackendState.Mode.values()) {
      gauge(
          registry,
          tags.and("mode", mode.label()),
          backend,
          "state",
          "1 for the mode of the backend, 0 for the others",
          b -> b.state().mode() == mode ? 1 : 0);
    }
    // Each backend chooses its counters; their names stay the same while it is open.
    for (String name : backend.counters().keySet()) {
      gauge(
          registry,
          tags,
          backend,
          name.toLowerCase(Locale.ROOT),
          "As the backend counts it",
          b -> b.counters().getOrDefault(name, 0L));
    }
  }

  private static double unsigned(long number) {
    return number >= 0 ? number : number + 0x1p64;
  }

  /**
   * Registers a gauge that skips the backend while its engine is away, so that reading it never
   * waits.
   */
  private static void asking(
      MeterRegistry registry,
      Tags tags,
      Backend backend,
      String name,
      String description,
      ToDoubleFunction<Backend> value) {
    gauge(
        registry,
        tags,
        backend,
        name,
        description,
        b ->
            b.state().mode() == BackendState.Mode.UNAVAILABLE
                ? Double.NaN
                : value.applyAsDouble(b));
  }

  private static void gauge(
      MeterRegistry registry,
      Tags tags,
      Backend backend,
      String name,
      String description,
      ToDoubleFunction<Backend> value) {
    Gauge.builder("databroker.backend." + name, backend, b -> read(b, value))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private static double read(Backend backend, ToDoubleFunction<Backend> value) {
    try {
      return value.applyAsDouble(backend);
    } catch (DatabrokerException e) {
      return Double.NaN;
    }
  }
}
