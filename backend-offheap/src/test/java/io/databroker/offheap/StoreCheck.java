package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.FieldValue;
import io.databroker.api.Lease;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Versions;
import io.databroker.api.support.LeaseTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asserts that every structure of a backend agrees with the model. */
final class StoreCheck {
  private StoreCheck() {}

  static void check(Backend backend, Model model) {
    Versions versions = backend.versions();
    assertThat(versions.latest()).as("latest").isEqualTo(model.latest);
    assertThat(versions.earliest()).as("earliest").isEqualTo(model.first());
    assertThat(backend.listTypes()).isEqualTo(model.types());
    assertThat(backend.options()).isEqualTo(model.options);
    assertThat(backend.checkpoint()).isEqualTo(model.checkpoint);
    List<StoredRecord> all = new ArrayList<>();
    model.live.values().forEach(records -> all.addAll(records.values()));
    assertThat(records(backend, Selection.all())).containsExactlyInAnyOrderElementsOf(all);
    for (Map.Entry<String, Map<String, StoredRecord>> entry : model.live.entrySet()) {
      checkType(backend, entry.getKey(), entry.getValue(), model);
    }
    List<List<StoredRecord>> told = new ArrayList<>();
    try (ChangeFeed feed = backend.changes(versions.begin(), null)) {
      for (Changes next = feed.poll(); next != null; next = feed.poll()) {
        told.add(next.records());
      }
    }
    assertThat(told).as("feed").isEqualTo(model.history);
  }

  private static void checkType(
      Backend backend, String type, Map<String, StoredRecord> records, Model model) {
    assertThat(records(backend, Selection.ofType(type)))
        .containsExactlyInAnyOrderElementsOf(records.values());
    for (int i = 0; i < 40; i++) {
      String id = "id-" + i;
      assertThat(backend.get(type, id)).isEqualTo(records.get(id));
    }
    TypeOptions options = model.options.getOrDefault(type, TypeOptions.NONE);
    for (String field : Script.FIELDS) {
      for (int value = 0; value < 5; value++) {
        FieldValue term = new FieldValue(field, Integer.toString(value));
        List<StoredRecord> expected =
            records.values().stream()
                .filter(record -> options.indexedFields().contains(field))
                .filter(
                    record ->
                        term.value()
                            .equals(
                                Script.EXTRACTOR
                                    .extract(type, record.payload(), List.of(field))
                                    .get(field)))
                .toList();
        assertThat(records(backend, Selection.where(type, term)))
            .as("%s %s", type, term)
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
    List<StoredRecord> told = new ArrayList<>();
    try (ChangeFeed feed = backend.changes(backend.versions().begin(), type)) {
      for (Changes next = feed.poll(); next != null; next = feed.poll()) {
        told.addAll(next.records());
      }
    }
    assertThat(told)
        .as("feed of %s", type)
        .isEqualTo(
            model.history.stream()
                .flatMap(List::stream)
                .filter(record -> record.type().equals(type))
                .toList());
  }

  /** Asserts that exactly the expected holders have leases. */
  static void checkHoldings(Backend backend, Model model, Instant now) {
    LeaseTable leases = ((OffheapBackend) backend).store.leases;
    for (int i = 0; i < 4; i++) {
      String name = "lease-" + i;
      assertThat(leases.find(name, now)).as(name).isEqualTo(model.held(name, now));
    }
    assertThat(leases.lastToken()).as("last token").isEqualTo(model.lastToken);
  }

  /** Asserts that holdings end on time; renews or ends them. */
  static void checkLeases(Backend backend, Model model, Instant now) {
    for (int i = 0; i < 4; i++) {
      String name = "lease-" + i;
      Lease held = model.held(name, now);
      if (held == null) {
        Lease granted = backend.acquireLease(name, Duration.ofSeconds(1));
        assertThat(granted).as(name).isNotNull();
        assertThat(granted.token()).isGreaterThan(model.lastToken);
      } else {
        assertThat(backend.acquireLease(name, Duration.ofSeconds(1))).as(name).isNull();
        assertThat(backend.releaseLease(name, held.token())).isTrue();
      }
    }
  }

  private static List<StoredRecord> records(Backend backend, Selection selection) {
    List<StoredRecord> found = new ArrayList<>();
    try (Snapshot snapshot = backend.snapshot(selection)) {
      snapshot.records().forEachRemaining(found::add);
    }
    return found;
  }
}
