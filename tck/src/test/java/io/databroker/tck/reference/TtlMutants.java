package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Wrong expiries. */
final class TtlMutants {
  private TtlMutants() {}

  static List<Mutant> all() {
    return List.of(
        writer(
            "TTL-1",
            "ttl-at-the-instant",
            "a record expires at the instant of its cutoff",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected boolean expired(StoredRecord live, Duration ttl) {
                    return !live.modifiedAt().isAfter(now.minus(ttl));
                  }
                }),
        writer(
            "TTL-1",
            "ttl-stops-at-the-first-young-one",
            "assumes that the order of writes is the order of times",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected boolean expired(StoredRecord live, Duration ttl) {
                    return super.expired(backend.ofType(live.type()).get(0), ttl)
                        && super.expired(live, ttl);
                  }
                }),
        writer(
            "TTL-2",
            "expiry-youngest-first",
            "expires the youngest first",
            backend ->
                new ReferenceWriter(backend) {
                  private final List<StoredRecord> expiring = new ArrayList<>();

                  @Override
                  protected void expire(StoredRecord live) {
                    expiring.add(0, live);
                  }

                  @Override
                  protected void publish() {
                    expiring.forEach(live -> super.expire(live));
                    super.publish();
                  }
                }),
        backend(
            "TTL-3",
            "ttl-from-the-first-write",
            "a rewrite does not restart a record's clock",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  private final Map<List<String>, java.time.Instant> first =
                      new java.util.HashMap<>();

                  @Override
                  protected ReferenceWriter writer() {
                    return new ReferenceWriter(this) {
                      @Override
                      protected StoredRecord store(String type, String id, Bytes payload) {
                        first.putIfAbsent(List.of(type, id), now);
                        return super.store(type, id, payload);
                      }

                      @Override
                      protected boolean expired(StoredRecord live, Duration ttl) {
                        return first
                            .getOrDefault(List.of(live.type(), live.id()), now)
                            .isBefore(now.minus(ttl));
                      }
                    };
                  }
                }),
        writer(
            "TTL-1",
            "expire-by-the-nanosecond",
            "compares times in microseconds with a cutoff in nanoseconds",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected boolean expired(StoredRecord live, Duration ttl) {
                    Instant cutoff = backend.context.clock().instant().minus(ttl);
                    return live.modifiedAt().isBefore(cutoff);
                  }
                }),
        backend(
            "TTL-3",
            "expiry-on-reading",
            "get does not return records that an expire would delete",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    StoredRecord live = super.get(type, id);
                    synchronized (store) {
                      Duration ttl = store.options.getOrDefault(type, TypeOptions.NONE).ttl();
                      return live != null && ttl != null && writer().expired(live, ttl)
                          ? null
                          : live;
                    }
                  }
                }),
        backend(
            "TTL-4",
            "expire-counts-types",
            "expire returns the number of types that it deleted from",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public long expire() {
                    synchronized (store) {
                      List<String> before = listTypes();
                      super.expire();
                      return (long) before.size() - listTypes().size();
                    }
                  }
                }));
  }
}
