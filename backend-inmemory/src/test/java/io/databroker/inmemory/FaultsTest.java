package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.api.support.Extraction;
import io.databroker.api.support.TypeList;
import io.databroker.api.support.TypeMap;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** State after failures at unexpected places. */
class FaultsTest {
  private BiFunction<Bytes, List<String>, Map<String, String>> extraction =
      (payload, fields) -> Map.of();
  private final InMemoryBackend backend =
      new InMemoryBackend(
          BackendContext.standard()
              .withExtractor(
                  new FieldExtractor() {
                    @Override
                    public String fingerprint() {
                      return "test";
                    }

                    @Override
                    public Map<String, String> extract(
                        String type, Bytes payload, List<String> fields) {
                      return extraction.apply(payload, fields);
                    }
                  }));

  @AfterEach
  void close() {
    backend.close();
  }

  /** Runs a hook each time that a batch reads the table's indexes. */
  private static List<FieldIndex> onEachLook(Runnable action) {
    return new AbstractList<>() {
      @Override
      public FieldIndex get(int index) {
        throw new IndexOutOfBoundsException(index);
      }

      @Override
      public int size() {
        return 0;
      }

      @Override
      public Iterator<FieldIndex> iterator() {
        action.run();
        return super.iterator();
      }
    };
  }

  /**
   * Fails at the n-th read of the indexes by a batch: it reads them once per install and once per
   * settling.
   */
  private static List<FieldIndex> failingAt(int look) {
    int[] looks = {0};
    return onEachLook(
        () -> {
          if (++looks[0] == look) {
            throw new OutOfMemoryError("planted");
          }
        });
  }

  private static Write put(String id, String payload) {
    return Write.put("t", id, Bytes.utf8(payload));
  }

  private List<String> payloads(Selection selection) {
    List<String> found = new ArrayList<>();
    try (Snapshot snapshot = backend.snapshot(selection)) {
      snapshot.records().forEachRemaining(r -> found.add(r.payload().toUtf8()));
    }
    found.sort(null);
    return found;
  }

  @Test
  void aBatchThatFailsWhileInstalledLeavesNothing() {
    backend.put(List.of(put("a", "a1"), put("b", "b1")));
    Table table = backend.current().tables.get("t");
    table.indexes = failingAt(3);
    assertThatThrownBy(
            () ->
                backend.put(
                    List.of(
                        put("a", "a2"), Write.delete("t", "b"), put("c", "c2"), put("d", "d2"))))
        .isInstanceOf(OutOfMemoryError.class);
    table.indexes = List.of();
    assertThat(payloads(Selection.all())).containsExactly("a1", "b1");
    assertThat(backend.get("t", "a").payload().toUtf8()).isEqualTo("a1");
    assertThat(backend.get("t", "c")).isNull();
    assertThat(backend.versions().latest()).isEqualTo(2);
    backend.put(List.of(put("d", "d3"), put("c", "c3"), put("a", "a3"), Write.delete("t", "b")));
    assertThat(payloads(Selection.all())).containsExactly("a3", "c3", "d3");
    assertThat(backend.versions().latest()).isEqualTo(6);
  }

  @Test
  void aReaderThatMetAnAbandonedWriteNeverTakesItForALaterBatch() {
    backend.put(List.of(put("a", "a1")));
    Table table = backend.current().tables.get("t");
    Entry[] met = new Entry[2];
    int[] looks = {0};
    table.indexes =
        onEachLook(
            () -> {
              if (++looks[0] == 2) {
                met[0] = table.entries.get("a");
                met[1] = met[0].previous();
                throw new OutOfMemoryError("planted");
              }
            });
    assertThatThrownBy(() -> backend.put(List.of(put("a", "never"), put("b", "never"))))
        .isInstanceOf(OutOfMemoryError.class);
    table.indexes = List.of();
    backend.put(List.of(put("x", "x2"), put("y", "y3")));
    // The reader continues only now.
    Entry answer = met[0].at(met[1], backend.current().commit.version());
    assertThat(answer.live().payload().toUtf8()).isEqualTo("a1");
  }

  @Test
  void aBatchThatFailsAfterItsCommitLeavesTheWriteOrderWhole() {
    backend.put(List.of(put("a", "a1"), put("b", "b1"), put("c", "c1")));
    Table table = backend.current().tables.get("t");
    table.indexes = failingAt(4);
    assertThatThrownBy(
            () -> backend.put(List.of(put("a", "a2"), Write.delete("t", "b"), put("d", "d2"))))
        .isInstanceOf(OutOfMemoryError.class);
    table.indexes = List.of();
    assertThat(payloads(Selection.all())).containsExactly("a2", "c1", "d2");
    backend.put(List.of(put("d", "d3"), put("b", "b3"), put("e", "e3")));
    backend.setOptions("t", TypeOptions.NONE.withCapacity(4));
    assertThat(payloads(Selection.all())).containsExactly("a2", "b3", "d3", "e3");
    backend.setOptions("t", TypeOptions.NONE.withCapacity(2));
    assertThat(payloads(Selection.all())).containsExactly("b3", "e3");
  }

  @Test
  void batchesThatFailLeaveNoTables() {
    backend.setOptions("indexed", TypeOptions.NONE.withIndexedFields("f"));
    extraction =
        (payload, fields) -> {
          throw new IllegalArgumentException("planted");
        };
    for (int i = 0; i < 100; i++) {
      String type = "new" + i;
      assertThatThrownBy(
              () ->
                  backend.put(
                      List.of(
                          Write.put(type, "a", Bytes.EMPTY),
                          Write.put("indexed", "a", Bytes.EMPTY))))
          .isInstanceOfSatisfying(
              InvalidArgumentException.class,
              e -> assertThat(e.argument()).isEqualTo("batch[1].payload"));
    }
    assertThat(backend.current().tables).containsOnlyKeys("indexed");
  }

  @Test
  void anExtractionThatAnswersNullRefuses() {
    backend.put(List.of(put("early", "x")));
    extraction = (payload, fields) -> null;
    assertThatThrownBy(() -> backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f")))
        .isInstanceOf(InvalidArgumentException.class);
    assertThat(backend.options()).isEmpty();
    extraction = (payload, fields) -> Map.of();
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f"));
    extraction = (payload, fields) -> null;
    assertThatThrownBy(() -> backend.put(List.of(put("a", "x"))))
        .isInstanceOf(InvalidArgumentException.class);
    assertThat(payloads(Selection.all())).containsExactly("x");
  }

  @Test
  void anExtractionMayUseItsMapAgainAndAnswerMoreThanAsked() {
    Map<String, String> used = new HashMap<>();
    extraction =
        (payload, fields) -> {
          used.put("f", payload.toUtf8().substring(0, 1));
          used.put("more", "m");
          used.put("none", null);
          return used;
        };
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f", "none"));
    backend.put(List.of(put("a", "xa"), put("b", "yb"), put("c", "xc")));
    backend.put(List.of(put("c", "zc"), put("d", "zd")));
    assertThat(payloads(Selection.where("t", new FieldValue("f", "x")))).containsExactly("xa");
    assertThat(payloads(Selection.where("t", new FieldValue("f", "y")))).containsExactly("yb");
    assertThat(payloads(Selection.where("t", new FieldValue("f", "z"))))
        .containsExactly("zc", "zd");
    assertThat(payloads(Selection.where("t", new FieldValue("more", "m")))).isEmpty();
    FieldIndex index = backend.current().commit.indexes().get("t");
    assertThat(index.ids(new FieldValue("f", "x"))).containsExactly("a");
  }

  @Test
  void aLookUpWhoseTableVanishedLooksAgain() throws Exception {
    History history = new History(1, 5);
    TypeMap<FieldIndex> indexes = new TypeMap<>();
    history.commit =
        new Commit(
            5,
            1,
            TypeList.EMPTY.with("t"),
            new TypeMap<>(),
            indexes.with("t", new FieldIndex(List.of("f"), history.usage)));
    CountDownLatch looking = new CountDownLatch(1);
    CompletableFuture<LookUp.Found> found =
        CompletableFuture.supplyAsync(
            () -> {
              looking.countDown();
              return new LookUp(
                      history,
                      new Extraction(FieldExtractor.NONE),
                      new Selection.Where("t", Set.of(new FieldValue("f", "x"))))
                  .find();
            });
    looking.await();
    // A delete, new options and a trim do this meanwhile.
    Commit later = new Commit(7, 8, TypeList.EMPTY, new TypeMap<>(), indexes);
    history.commit = later;
    assertThat(found.get(60, TimeUnit.SECONDS).commit()).isSameAs(later);
    assertThat(found.get().records()).isEmpty();
  }
}
