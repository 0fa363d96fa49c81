package io.databroker.tck.faults;

import io.databroker.api.Bytes;
import io.databroker.api.ErrorId;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.Operation;
import io.databroker.tck.text.Texts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges single answers of calls during a fault, before the history as a whole is judged. */
final class FaultVerdict {
  private FaultVerdict() {}

  /** Broken rules, the main one first, and the observation. */
  record Finding(List<String> rules, String words) {}

  /**
   * Returns the first violation, or null.
   *
   * @param delivered the changes that a feed delivered
   */
  static @Nullable Finding of(List<Operation> operations, List<StoredRecord> delivered) {
    Finding found = otherRecord(operations);
    found = found == null ? readRefusedForRoom(operations) : found;
    found = found == null ? appliedThoughRefused(operations, delivered) : found;
    return found == null ? appliedInPart(operations, delivered) : found;
  }

  private static @Nullable Finding otherRecord(List<Operation> operations) {
    for (Operation operation : operations) {
      if (operation.call() instanceof Call.Get get
          && operation.answer() instanceof Answer.Found found
          && found.live() != null
          && !(found.live().type().equals(get.type()) && found.live().id().equals(get.id()))) {
        return new Finding(
            List.of("GET-3"),
            Texts.format("a get of %s/%s returned %s", get.type(), get.id(), found.live()));
      }
    }
    return null;
  }

  /** A write of unknown outcome takes effect as a whole or not at all (ERR-3). */
  private static @Nullable Finding appliedInPart(
      List<Operation> operations, List<StoredRecord> delivered) {
    Set<Bytes> seen = new HashSet<>();
    delivered.forEach(record -> seen.add(record.payload()));
    for (Operation operation : operations) {
      if (operation.isUnknown() && operation.call() instanceof Call.Put put) {
        List<Write.Put> puts =
            put.batch().stream()
                .filter(Write.Put.class::isInstance)
                .map(Write.Put.class::cast)
                .toList();
        long there = puts.stream().filter(one -> seen.contains(one.payload())).count();
        if (there > 0 && there < puts.size()) {
          return new Finding(
              List.of("ERR-3", "PUT-1"),
              Texts.format(
                  "a put failed with outcome-unknown; a feed delivers %d of its %d records",
                  there, puts.size()));
        }
      }
    }
    return null;
  }

  private static @Nullable Finding readRefusedForRoom(List<Operation> operations) {
    String full = ErrorId.STORAGE_FULL.label();
    for (Operation operation : operations) {
      if (!operation.call().writes()
          && operation.answer() instanceof Answer.NotApplied not
          && not.error().equals(full)) {
        return new Finding(
            List.of("ERR-6"),
            Texts.format(
                "a read failed with %s: %s", full, operation.call().getClass().getSimpleName()));
      }
    }
    return null;
  }

  private static @Nullable Finding appliedThoughRefused(
      List<Operation> operations, List<StoredRecord> delivered) {
    Set<Bytes> told = new HashSet<>();
    delivered.forEach(record -> told.add(record.payload()));
    Set<Bytes> read = new HashSet<>();
    for (Operation operation : operations) {
      if (operation.answer() instanceof Answer.Found found && found.live() != null) {
        read.add(found.live().payload());
      } else if (operation.answer() instanceof Answer.Shown shown) {
        shown.records().forEach(record -> read.add(record.payload()));
      }
    }
    for (Operation operation : operations) {
      if (operation.call() instanceof Call.Put put
          && operation.answer() instanceof Answer.NotApplied not) {
        for (Write write : put.batch()) {
          if (write instanceof Write.Put one
              && (read.contains(one.payload()) || told.contains(one.payload()))) {
            return appliedThoughRefused(one, not, read.contains(one.payload()));
          }
        }
      }
    }
    return null;
  }

  private static Finding appliedThoughRefused(
      Write.Put one, Answer.NotApplied not, boolean wasRead) {
    String rule = not.error().equals(ErrorId.STORAGE_FULL.label()) ? "ERR-6" : "ERR-2";
    return new Finding(
        wasRead ? List.of(rule, "GET-3") : List.of(rule),
        Texts.format(
            "a put of %s/%s failed with %s, which promises that nothing was applied; its payload"
                + " \"%s\" was read later",
            one.type(), one.id(), not.error(), one.payload().toUtf8()));
  }

  /**
   * Replaces unknown outcomes by the changes that a feed delivered, which spares the checker a
   * search. Each payload is unique. So a put took effect before the feed was read if all its
   * payloads are in the feed, and did not if none is there. A put of which a part is there stays
   * unknown, and is a violation.
   */
  static List<Operation> resolved(
      List<Operation> operations, long serverVersion, List<StoredRecord> delivered) {
    Map<Bytes, StoredRecord> byPayload = new HashMap<>();
    delivered.stream()
        .filter(record -> !record.deleted())
        .forEach(record -> byPayload.put(record.payload(), record));
    List<Operation> resolved = new ArrayList<>();
    for (Operation operation : operations) {
      if (!operation.isUnknown() || !(operation.call() instanceof Call.Put put)) {
        resolved.add(operation);
        continue;
      }
      List<StoredRecord> records = new ArrayList<>();
      for (Write write : put.batch()) {
        StoredRecord record = write instanceof Write.Put one ? byPayload.get(one.payload()) : null;
        if (record != null) {
          records.add(record);
        }
      }
      if (records.size() == put.batch().size()) {
        Answer stored = new Answer.Stored(new PutResult(serverVersion, records));
        resolved.add(
            new Operation(operation.client(), operation.began(), operation.ended(), put, stored));
      } else if (!records.isEmpty()) {
        resolved.add(operation);
      }
    }
    return resolved;
  }
}
