package io.databroker.host.metrics;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Checkpoint;
import io.databroker.api.ClearResult;
import io.databroker.api.Lease;
import io.databroker.api.Position;
import io.databroker.api.PutResult;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.api.support.ForwardingFeed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
  private final CallMeters reads;
  private final CallMeters puts;
  private final CallMeters restores;
  private final CallMeters lists;
  private final CallMeters snapshots;
  private final CallMeters openings;
  private final CallMeters options;
  private final CallMeters leases;
  private final CallMeters expiries;
  private final CallMeters trims;
  private final CallMeters clears;
  private final CallMeters checkpoints;
  private final Counter written;
  private final Counter expired;
  private final Counter trimmed;
  private final AtomicLong feeds = new AtomicLong();
  private final BackendGauges gauges;

  private MeteredBackend(Backend backend, MeterRegistry registry, Tags tags) {
    super(backend);
    this.reads = new CallMeters(registry, tags, "get");
    this.puts = new CallMeters(registry, tags, "put");
    this.restores = new CallMeters(registry, tags, "restore");
    this.lists = new CallMeters(registry, tags, "listTypes");
    this.snapshots = new CallMeters(registry, tags, "snapshot");
    this.openings = new CallMeters(registry, tags, "changes");
    this.options = new CallMeters(registry, tags, "setOptions");
    this.leases = new CallMeters(registry, tags, "lease");
    this.expiries = new CallMeters(registry, tags, "expire");
    this.trims = new CallMeters(registry, tags, "trim");
    this.clears = new CallMeters(registry, tags, "clear");
    this.checkpoints = new CallMeters(registry, tags, "setCheckpoint");
    this.written = counter(registry, tags, "written", "Records of applied batches");
    this.expired = counter(registry, tags, "expired", "Records that outlived their TTL");
    this.trimmed = counter(registry, tags, "trimmed", "Changes removed from the history");
    this.gauges = BackendGauges.register(registry, tags, backend, feeds::get);
  }

  private static Counter counter(
      MeterRegistry registry, Tags tags, String name, String description) {
    return Counter.builder("databroker.backend.records." + name)
        .description(description)
        .tags(tags)
        .register(registry);
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
  public PutResult put(List<Write> batch) {
    PutResult result = puts.call(() -> backend().put(batch));
    written.increment(result.records().size());
    return result;
  }

  @Override
  public PutResult restore(List<StoredRecord> batch) {
    PutResult result = restores.call(() -> backend().restore(batch));
    written.increment(result.records().size());
    return result;
  }

  @Override
  public @Nullable StoredRecord get(String type, String id) {
    return reads.<@Nullable StoredRecord>call(() -> backend().get(type, id));
  }

  @Override
  public List<String> listTypes() {
    return lists.call(backend()::listTypes);
  }

  @Override
  public Snapshot snapshot(Selection selection) {
    return snapshots.call(() -> backend().snapshot(selection));
  }

  @Override
  public ChangeFeed changes(Position from, @Nullable String type) {
    ChangeFeed feed = openings.call(() -> backend().changes(from, type));
    feeds.incrementAndGet();
    return new CountedFeed(feed);
  }

  @Override
  public void setOptions(String type, TypeOptions replaced) {
    options.run(() -> backend().setOptions(type, replaced));
  }

  @Override
  public @Nullable Lease acquireLease(String name, Duration duration) {
    return leases.<@Nullable Lease>call(() -> backend().acquireLease(name, duration));
  }

  @Override
  public @Nullable Lease renewLease(String name, long token, Duration duration) {
    return leases.<@Nullable Lease>call(() -> backend().renewLease(name, token, duration));
  }

  @Override
  public boolean releaseLease(String name, long token) {
    return leases.call(() -> backend().releaseLease(name, token));
  }

  @Override
  public long expire() {
    long count = expiries.call(backend()::expire);
    expired.increment((double) count);
    return count;
  }

  @Override
  public long trim(Instant before) {
    long count = trims.call(() -> backend().trim(before));
    trimmed.increment((double) count);
    return count;
  }

  @Override
  public ClearResult clear() {
    return clears.call(backend()::clear);
  }

  @Override
  public void setCheckpoint(Checkpoint checkpoint) {
    checkpoints.run(() -> backend().setCheckpoint(checkpoint));
  }

  @Override
  public void close() {
    gauges.remove();
    backend().close();
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
