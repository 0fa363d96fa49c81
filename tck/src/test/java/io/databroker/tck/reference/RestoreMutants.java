package io.databroker.tck.reference;

import static io.databroker.tck.reference.Mutant.backend;
import static io.databroker.tck.reference.Mutant.writer;

import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.support.WriteBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Defects of restore. */
final class RestoreMutants {
  private RestoreMutants() {}

  static List<Mutant> all() {
    return List.of(
        writer(
            "RESTORE-1",
            "restore-in-batches-of-one",
            "applies each restored record as its own batch",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    List<StoredRecord> answers = new ArrayList<>();
                    for (StoredRecord record : records) {
                      answers.addAll(
                          new ReferenceWriter(backend).restore(List.of(record)).records());
                    }
                    return new PutResult(store.serverVersion, answers);
                  }
                }),
        writer(
            "RESTORE-1",
            "restore-ignores-deletes",
            "restores a deleted record as a live one",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    return super.restore(records.stream().map(RestoreMutants::live).toList());
                  }
                }),
        writer(
            "RESTORE-2",
            "restore-with-the-clock",
            "gives restored records the time of the clock",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    return put(WriteBatch.restore(records).writes());
                  }
                }),
        writer(
            "RESTORE-2",
            "restore-with-one-time",
            "gives all records of a restored batch the time of the first",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected PutResult restore(List<StoredRecord> records) {
                    Instant first = records.get(0).modifiedAt();
                    return super.restore(records.stream().map(r -> at(r, first)).toList());
                  }
                }),
        writer(
            "RESTORE-3",
            "restore-evicts-by-time",
            "evicts by time instead of the order of writes",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void evict(java.util.Set<String> types) {
                    for (String type : types) {
                      List<StoredRecord> ofType = new ArrayList<>(backend.ofType(type));
                      ofType.sort(Comparator.comparing(StoredRecord::modifiedAt));
                      store.live.computeIfPresent(
                          type,
                          (any, live) -> {
                            live.clear();
                            ofType.forEach(record -> live.put(record.id(), record));
                            return live;
                          });
                    }
                    super.evict(types);
                  }
                }),
        writer(
            "RESTORE-4",
            "restore-stops-at-the-first-young-record",
            "an expiry stops at the first record that has not expired",
            backend ->
                new ReferenceWriter(backend) {
                  private boolean stopped;

                  @Override
                  protected boolean expired(StoredRecord live, Duration ttl) {
                    stopped |= !super.expired(live, ttl);
                    return !stopped;
                  }
                }),
        backend(
            "RESTORE-5",
            "trim-takes-the-first-time",
            "takes the time of the first record of a batch, not of the last",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean older(List<StoredRecord> batch, Instant before) {
                    return batch.get(0).modifiedAt().isBefore(before);
                  }
                }),
        backend(
            "RESTORE-5",
            "trim-takes-the-oldest-time",
            "drops a batch if any of its records is older",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  protected boolean older(List<StoredRecord> batch, Instant before) {
                    return batch.stream().anyMatch(r -> r.modifiedAt().isBefore(before));
                  }
                }));
  }

  private static StoredRecord live(StoredRecord record) {
    return new StoredRecord(
        record.type(), record.id(), 0, record.payload(), record.modifiedAt(), false);
  }

  private static StoredRecord at(StoredRecord record, Instant time) {
    return new StoredRecord(
        record.type(), record.id(), 0, record.payload(), time, record.deleted());
  }
}
