package io.databroker.host.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreComparisonTest {
  private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

  /** Gives the same puts the same time in both stores. */
  private static final BackendContext SAME_TIME = BackendContext.standard().withClock(() -> NOW);

  @Test
  void eachKindOfDifferenceIsNamed() throws Exception {
    Instant time = Instant.parse("2020-01-01T00:00:00Z");
    assertDifference(
        record("1", "a", time), null, "record \"1\" of type \"t\" is missing in the second");
    assertDifference(null, record("1", "a", time), "is missing in the first");
    assertDifference(record("1", "a", time), record("1", "b", time), "1 bytes of payload");
    assertDifference(
        record("1", "a", time), record("1", "a", time.plusSeconds(1)), "has the time 2020");
    try (Stores stores = new Stores(SAME_TIME)) {
      stores.backend(0).restore(List.of(record("1", "", time), record("2", "", time)));
      stores.backend(1).restore(List.of(record("2", "", time), record("1", "", time)));
      assertThat(stores.compare().difference()).contains("number 1 of its type");
    }
    try (Stores stores = new Stores(SAME_TIME)) {
      stores.backend(0).setOptions("a\nb", TypeOptions.NONE.withCapacity(-1));
      assertThat(stores.compare().difference())
          .contains("options of type \"a\\u000ab\" are (capacity 18446744073709551615");
    }
  }

  @Test
  void optionsWithTheSameTextDiffer() throws Exception {
    try (Stores stores = new Stores(SAME_TIME)) {
      stores.backend(0).setOptions("t", TypeOptions.NONE.withIndexedFields("a, b"));
      stores.backend(1).setOptions("t", TypeOptions.NONE.withIndexedFields("a", "b"));
      StoreComparison compared = stores.compare();
      assertThat(compared.isEqual()).isFalse();
      assertThat(compared.difference()).contains("[\"a, b\"]", "[\"a\", \"b\"]");
    }
  }

  private void assertDifference(StoredRecord one, StoredRecord other, String difference)
      throws IOException {
    try (Stores stores = new Stores(SAME_TIME)) {
      for (int i = 0; i < 2; i++) {
        stores.backend(i).put(List.of(Write.put("s", "same", Bytes.EMPTY)));
        StoredRecord own = i == 0 ? one : other;
        if (own != null) {
          stores.backend(i).restore(List.of(own));
        }
      }
      StoreComparison compared = stores.compare();
      assertThat(compared.isEqual()).isFalse();
      assertThat(compared.differing()).isEqualTo(1);
      assertThat(compared.toString()).startsWith("different: 1 of 2 types").contains(difference);
    }
  }

  private static StoredRecord record(String id, String payload, Instant time) {
    return new StoredRecord("t", id, 0, Bytes.utf8(payload), time, false);
  }
}
