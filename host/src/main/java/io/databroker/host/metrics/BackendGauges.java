package io.databroker.host.metrics;

import static java.util.stream.Collectors.toSet;

import io.databroker.api.Backend;
import io.databroker.api.BackendState;
import io.databroker.api.DatabrokerException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Gauges that read their value from the backend; NaN while it cannot answer.
 *
 * <p>A registry keeps the first gauge of a name. So the gauges of a backend replace those of an
 * earlier one of the same name, and leave the registry when the backend is closed: after a reopen
 * they show the new backend.
 */
final class BackendGauges {
  static final String PREFIX = "databroker.backend.";

  /** The meters of {@link MeteredBackend} that are no gauges. */
  private static final Set<String> OTHERS =
      Set.of(
          CallMeters.NAME, MeteredBackend.WRITTEN, MeteredBackend.EXPIRED, MeteredBackend.TRIMMED);

  private final MeterRegistry registry;
  private final Tags tags;
  private final Backend backend;
  private final List<Gauge> gauges = new ArrayList<>();

  private BackendGauges(MeterRegistry registry, Tags tags, Backend backend) {
    this.registry = registry;
    this.tags = tags;
    this.backend = backend;
  }

  /**
   * Registers the gauges of a backend.
   *
   * @param feeds returns the number of open feeds
   */
  static BackendGauges register(
      MeterRegistry registry, Tags tags, Backend backend, LongSupplier feeds) {
    BackendGauges gauges = new BackendGauges(registry, tags, backend);
    gauges.add("feeds.open", "Feeds of changes that are open", tags, b -> feeds.getAsLong());
    gauges.addAll();
    return gauges;
  }

  private void addAll() {
    asking("types", "Types with at least one record", b -> b.listTypes().size());
    asking("version", "Last version of the history", b -> unsigned(b.versions().latest()));
    asking(
        "history.changes",
        "Changes that the feed holds",
        b -> {
          var versions = b.versions();
          return (double) (versions.latest() - versions.earliest() + 1);
        });
    asking("options.types", "Types that have options", b -> b.options().size());
    for (BackendState.Mode mode : BackendState.Mode.values()) {
      add(
          "state",
          "1 for the mode of the backend, 0 for the others",
          tags.and("mode", mode.label()),
          b -> b.state().mode() == mode ? 1 : 0);
    }
    Set<String> taken = gauges.stream().map(it -> it.getId().getName()).collect(toSet());
    taken.addAll(OTHERS);
    // Each backend chooses its counters; their names stay the same while it is open.
    for (String name : backend.counters().keySet()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (taken.add(PREFIX + lower)) { // a backend does not replace the meters of the host
        add(lower, "As the backend counts it", tags, b -> b.counters().getOrDefault(name, 0L));
      }
    }
  }

  private static double unsigned(long number) {
    return number >= 0 ? number : number + 0x1p64;
  }

  /**
   * Registers a gauge that skips the backend while its engine is away, so that reading it never
   * waits.
   */
  private void asking(String name, String description, ToDoubleFunction<Backend> value) {
    add(
        name,
        description,
        tags,
        b ->
            b.state().mode() == BackendState.Mode.UNAVAILABLE
                ? Double.NaN
                : value.applyAsDouble(b));
  }

  private void add(String name, String description, Tags all, ToDoubleFunction<Backend> value) {
    String full = PREFIX + name;
    registry.removeByPreFilterId(new Meter.Id(full, all, null, null, Meter.Type.GAUGE));
    gauges.add(
        Gauge.builder(full, backend, b -> read(b, value))
            .description(description)
            .tags(all)
            .register(registry));
  }

  /** Removes the gauges, except those that a later backend has replaced. */
  void remove() {
    for (Gauge gauge : gauges) {
      if (registry.find(gauge.getId().getName()).gauges().stream().anyMatch(it -> it == gauge)) {
        registry.remove(gauge);
      }
    }
  }

  private static double read(Backend backend, ToDoubleFunction<Backend> value) {
    try {
      return value.applyAsDouble(backend);
    } catch (DatabrokerException e) {
      return Double.NaN;
    }
  }
}
