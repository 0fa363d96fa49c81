package io.databroker.host.metrics;

import io.databroker.api.DatabrokerException;
import io.databroker.api.ErrorId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Timers of one method, by outcome: one for each error id, so that their number is bounded. */
final class CallMeters {
  static final String NAME = BackendGauges.PREFIX + "calls";

  private static final Duration[] BUCKETS = {
    Duration.ofNanos(10_000),
    Duration.ofNanos(100_000),
    Duration.ofMillis(1),
    Duration.ofMillis(10),
    Duration.ofMillis(100),
    Duration.ofSeconds(1),
    Duration.ofSeconds(10)
  };

  private final Timer done;
  private final Timer unforeseen;
  private final Map<ErrorId, Timer> failed = new EnumMap<>(ErrorId.class);

  CallMeters(MeterRegistry registry, Tags tags, String method) {
    this.done = timer(registry, tags, method, "ok");
    this.unforeseen = timer(registry, tags, method, "unforeseen");
    for (ErrorId id : ErrorId.values()) {
      failed.put(id, timer(registry, tags, method, id.label()));
    }
  }

  private static Timer timer(MeterRegistry registry, Tags tags, String method, String outcome) {
    return Timer.builder(NAME)
        .description("Calls of the backend, by method and outcome: ok, or the id of the error")
        .tags(tags.and("method", method, "outcome", outcome))
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  <T extends @Nullable Object> T call(Supplier<T> call) {
    long start = System.nanoTime();
    Timer timer = unforeseen;
    try {
      T answer = call.get();
      timer = done;
      return answer;
    } catch (DatabrokerException e) {
      timer = failed.getOrDefault(e.id(), unforeseen);
      throw e;
    } finally {
      timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
  }
}
