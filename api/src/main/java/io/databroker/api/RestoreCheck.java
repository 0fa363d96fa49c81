package io.databroker.api;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Argument checks of a restore: the checks of a put, and checks of the times. */
final class RestoreCheck {
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private RestoreCheck() {}

  /** Returns a copy of the batch with times in microseconds; later changes have no effect. */
  static List<StoredRecord> batch(ArgumentChecks checks, @Nullable List<StoredRecord> batch) {
    List<StoredRecord> records = Require.nonNull("batch", batch);
    checks.batchSize(records.size());
    List<StoredRecord> copy = new ArrayList<>(records.size());
    List<Write> writes = new ArrayList<>(records.size());
    for (StoredRecord record : records.toArray(new StoredRecord[0])) {
      if (record == null) {
        throw new InvalidArgumentException("batch[" + copy.size() + "]", "null", "give a record");
      }
      copy.add(kept(copy.size(), record));
      // The payload of a delete is not stored, and so has no limit.
      writes.add(
          record.deleted()
              ? Write.delete(record.type(), record.id())
              : Write.put(record.type(), record.id(), record.payload()));
    }
    checks.batch(writes);
    return List.copyOf(copy);
  }

  private static StoredRecord kept(int index, StoredRecord record) {
    Instant time = record.modifiedAt();
    if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
      throw new InvalidArgumentException(
          "batch[" + index + "].modifiedAt",
          time.toString(),
          "give a time from 1970 to the end of the year 9999");
    }
    Instant micros = time.truncatedTo(ChronoUnit.MICROS);
    return micros.equals(time)
        ? record
        : new StoredRecord(
            record.type(),
            record.id(),
            record.version(),
            record.payload(),
            micros,
            record.deleted());
  }
}
