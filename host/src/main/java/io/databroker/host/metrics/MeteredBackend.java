package io.databroker.host.metrics;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.api.support.ForwardingFeed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times the calls of a backend.
 *
 * <p>Meters: {@code databroker.backend.calls} by method and outcome; {@code
 * databroker.backend.records.written}, {@code .expired} and {@code .trimmed}; {@code
 * databroker.backend.feeds.open}; and the gauges of {@code BackendGauges}. No type, id or payload
 * is a tag, so the number of meters is bounded. Closing removes the gauges. The other meters stay,
 * and continue if a backend of the same name is opened again.
 */
public final class MeteredBackend extends ForwardingBackend {
  static final String WRITTEN = BackendGauges.PREFIX + "records.written";
  static final String EXPIRED = BackendGauges.PREFIX + "records.expired";
  static final String TRIMMED = BackendGauges.PREFIX + "records.trimmed";

  private static final List<String> TIMED =
      List.of(
          "get",
          "put",
          "restore",
          "listTypes",
          "snapshot",
          "changes",
          "setOptions",
          "expire",
          "trim",
          "clear",
          "setCheckpoint");

  /** Meters of the timed methods; the methods of leases share one meter. */
  private final Map<String, CallMeters> meters = new HashMap<>();

  private final Counter written;
  private final Counter expired;
  private final Counter trimmed;
  private final AtomicLong feeds = new AtomicLong();
  private final BackendGauges gauges;

  private MeteredBackend(Backend backend, MeterRegistry registry, Tags tags) {
    super(backend);
    TIMED.forEach(method -> meters.put(method, new CallMeters(registry, tags, method)));
    CallMeters leases = new CallMeters(registry, tags, "lease");
    List.of("acquireLease", "renewLease", "releaseLease")
        .forEach(method -> meters.put(method, leases));
    this.written = counter(registry, tags, WRITTEN, "Records of applied batches");
    this.expired = counter(registry, tags, EXPIRED, "Records that outlived their TTL");
    this.trimmed = counter(registry, tags, TRIMMED, "Changes removed from the history");
    this.gauges = BackendGauges.register(registry, tags, backend, feeds::get);
  }

  private static Counter counter(
      MeterRegistry registry, Tags tags, String name, String description) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }

  /**
   * Puts meters in front of a backend.
   *
   * @param name the value of the tag {@code backend}
   */
  @SuppressWarnings("exports") // micrometer.core is optional: only callers of this method need it
  public static Backend over(Backend backend, String name, MeterRegistry registry) {
    return new MeteredBackend(backend, registry, Tags.of("backend", name));
  }

  @Override
  protected <T extends @Nullable Object> T call(String method, Supplier<T> call) {
    CallMeters timed = meters.get(method);
    return timed == null ? call.get() : timed.call(call);
  }

  @Override
  public PutResult put(List<Write> batch) {
    PutResult result = super.put(batch);
    written.increment(result.records().size());
    return result;
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    PutResult result = super.restore(batch);
    written.increment(result.records().size());
    return result;
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    ChangeFeed feed = super.changes(from, type);
    feeds.incrementAndGet();
    return new CountedFeed(feed);
  }

  @Override
  public long expire() {
    long count = super.expire();
    expired.increment((double) count);
    return count;
  }

  @Override
  public long trim(Instant before) {
    long count = super.trim(before);
    trimmed.increment((double) count);
    return count;
  }

  @Override
  public void close() {
    gauges.remove();
    super.close();
  }

  private final class CountedFeed extends ForwardingFeed {
    private final AtomicBoolean open = new AtomicBoolean(true);

    CountedFeed(ChangeFeed feed) {
      super(feed);
    }

    @Override
    public void close() {
      if (open.getAndSet(false)) {
        feeds.decrementAndGet();
      }
      super.close();
    }
  }
}
