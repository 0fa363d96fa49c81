package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.StorageFullException;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.offheap.journal.Spaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory of types without records. */
class IdleTypesTest {
  private static final Instant FOR_EVER = Instant.parse("9999-01-01T00:00:00Z");

  @TempDir Path scratch;

  private static Backend open(Spaces spaces) {
    return Opening.inSpaces(spaces, settings(null), BackendContext.standard());
  }

  private static Backend open() {
    return open(new Spaces.InMemory());
  }

  private static OffheapSettings settings(Path directory) {
    return new OffheapSettings(directory, Durability.PROCESS, 1_000, 1, 1 << 16);
  }

  private static Set<String> tables(Backend backend) {
    return ((OffheapBackend) backend).store.history.tables.keySet();
  }

  private static void put(Backend backend, String type) {
    backend.put(List.of(Write.put(type, "id", Bytes.utf8("v"))));
  }

  private static void delete(Backend backend, String type) {
    backend.put(List.of(Write.delete(type, "id")));
  }

  private static List<StoredRecord> told(ChangeFeed feed) {
    List<StoredRecord> told = new ArrayList<>();
    for (Changes next = feed.poll(); next != null; next = feed.poll()) {
      told.addAll(next.records());
    }
    return told;
  }

  @Test
  void typesThatComeAndGoLeaveNothingOnceTheyAreTrimmed() {
    try (Backend backend = open()) {
      for (int i = 0; i < 500; i++) {
        put(backend, "session-" + i);
        delete(backend, "session-" + i);
      }
      assertThat(tables(backend)).hasSize(500);
      backend.trim(FOR_EVER);
      put(backend, "t");
      assertThat(tables(backend)).containsExactly("t");
      assertThat(backend.listTypes()).containsExactly("t");
      // One of the types gets a record again.
      put(backend, "session-7");
      assertThat(backend.get("session-7", "id").version()).isEqualTo(1_002);
      assertThat(told(backend.changes(backend.versions().begin(), "session-7"))).hasSize(1);
      assertThat(backend.listTypes()).containsExactly("session-7", "t");
    }
  }

  @Test
  void whatTheFeedHoldsIsToldOfATypeThatIsGone() {
    try (Backend backend = open()) {
      put(backend, "gone");
      delete(backend, "gone");
      for (int i = 0; i < 50; i++) {
        put(backend, "t");
      }
      assertThat(told(backend.changes(backend.versions().begin(), "gone"))).hasSize(2);
      assertThat(told(backend.changes(backend.versions().begin(), null))).hasSize(52);
    }
  }

  @Test
  void whatASnapshotHoldsIsToldOfATypeThatIsGone() {
    try (Backend backend = open()) {
      put(backend, "gone");
      try (Snapshot all = backend.snapshot(Selection.all());
          Snapshot one = backend.snapshot(Selection.ofType("gone"))) {
        delete(backend, "gone");
        backend.trim(FOR_EVER);
        put(backend, "t");
        put(backend, "t");
        for (Snapshot snapshot : List.of(all, one)) {
          Iterator<StoredRecord> records = snapshot.records();
          assertThat(records.next().type()).isEqualTo("gone");
          assertThat(records).isExhausted();
        }
        assertThat(tables(backend)).contains("gone");
      }
      put(backend, "t");
      assertThat(tables(backend)).containsExactly("t");
    }
  }

  @Test
  void optionsOutliveTheLastRecordAndTheirRemovalFrees() {
    try (Backend backend = open()) {
      backend.setOptions("few", TypeOptions.NONE.withCapacity(1));
      put(backend, "few");
      delete(backend, "few");
      backend.trim(FOR_EVER);
      put(backend, "t");
      backend.put(
          List.of(Write.put("few", "a", Bytes.utf8("v")), Write.put("few", "b", Bytes.utf8("v"))));
      assertThat(backend.get("few", "a")).isNull();
      assertThat(backend.get("few", "b")).isNotNull();
      backend.put(List.of(Write.delete("few", "b")));
      backend.trim(FOR_EVER);
      backend.setOptions("few", TypeOptions.NONE);
      put(backend, "t");
      assertThat(tables(backend)).containsExactly("t");
    }
  }

  @Test
  void aPutThatWasRefusedLeavesNoType() {
    boolean[] full = {false};
    Spaces written =
        WrappedSpaces.beforeEachWrite(
            new Spaces.InMemory(),
            at -> {
              if (full[0]) {
                throw new IOException("refused, says the test");
              }
            });
    Spaces spaces =
        new WrappedSpaces(written) {
          @Override
          public boolean lacksRoom() {
            return full[0];
          }
        };
    try (Backend backend = open(spaces)) {
      put(backend, "t");
      full[0] = true;
      for (int i = 0; i < 50; i++) {
        String type = "refused-" + i;
        assertThatThrownBy(() -> put(backend, type)).isInstanceOf(StorageFullException.class);
      }
      full[0] = false;
      put(backend, "t");
      assertThat(tables(backend)).containsExactly("t");
    }
  }

  @Test
  void typesThatWereGoneBeforeAnOpenGoAfterIt() {
    OffheapSettings settings = settings(scratch.resolve("store"));
    try (Backend backend = Opening.open(settings, BackendContext.standard())) {
      for (int i = 0; i < 50; i++) {
        put(backend, "session-" + i);
        delete(backend, "session-" + i);
      }
      put(backend, "t");
    }
    try (Backend backend = Opening.open(settings, BackendContext.standard())) {
      assertThat(told(backend.changes(backend.versions().begin(), "session-7"))).hasSize(2);
      backend.trim(FOR_EVER);
      put(backend, "t");
      put(backend, "t");
      assertThat(tables(backend)).containsExactly("t");
    }
  }

  /**
   * {@code -Ddatabroker.offheap.heap=256m -Ddatabroker.offheap.types=200000
   * -Ddatabroker.offheap.leases=1000000} is the long form.
   */
  @Test
  void aSmallHeapTakesManyTypesAndRefusesLeasesAndOptionsInWords() throws Exception {
    String types = System.getProperty("databroker.offheap.types", "20000");
    String said =
        fill(
            System.getProperty("databroker.offheap.heap", "64m"),
            types,
            System.getProperty("databroker.offheap.leases", "100000"));
    assertThat(said)
        .contains("types " + types, "listed " + types, "listed again " + types, "held again true")
        .contains("storage-full: no room for lease lease-")
        .contains("storage-full: no room for the options of type type-")
        .contains("options of another type refused false", "options of another type as told true");
    Matcher options = Pattern.compile("options (?:again )?([0-9]+)\\R").matcher(said);
    assertThat(options.results().map(found -> found.group(1)).distinct()).hasSize(1);
  }

  @Test
  void optionsForWhichThereIsNoTypeAreNoneAfterAReopenEither() {
    TypeOptions ttl = TypeOptions.NONE.withTtl(Duration.ofDays(1));
    OffheapSettings settings =
        new OffheapSettings(scratch.resolve("full"), Durability.PROCESS, 1_000, 10, 1 << 16);
    try (Backend backend = Opening.open(settings, BackendContext.standard())) {
      put(backend, "a");
      put(backend, "b");
      ((OffheapBackend) backend).store.history.types.most = 2;
      assertThatThrownBy(() -> backend.setOptions("c", ttl))
          .isInstanceOf(StorageFullException.class)
          .hasMessageContaining("no room for type c: the store has 2 types");
      assertThatThrownBy(() -> backend.setOptions("c", ttl.withCapacity(1)))
          .isInstanceOf(StorageFullException.class);
      backend.setOptions("a", ttl);
      backend.setOptions("c", TypeOptions.NONE);
      assertThat(backend.options()).isEqualTo(Map.of("a", ttl));
    }
    try (Backend backend = Opening.open(settings, BackendContext.standard())) {
      assertThat(backend.options()).isEqualTo(Map.of("a", ttl));
    }
  }

  /** Fills a store in a JVM with a small heap; returns what it says. */
  private String fill(String heap, String types, String leases) throws Exception {
    Process process =
        new ProcessBuilder(
                ChildJvm.commandWithHeap(
                    heap, ManyNamesChild.class, scratch.resolve("store").toString(), types, leases))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said).doesNotContain("OutOfMemoryError");
    return said;
  }
}
