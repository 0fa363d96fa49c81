package io.databroker.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.Selection;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An extraction function that calls its backend is rejected, whatever it calls. */
class ReentryTest {
  private final AtomicReference<Consumer<Backend>> call = new AtomicReference<>(backend -> {});
  private final InMemoryBackend backend =
      new InMemoryBackend(
          BackendContext.standard()
              .withExtractor(
                  new FieldExtractor() {
                    @Override
                    public String fingerprint() {
                      return "calls";
                    }

                    @Override
                    public Map<String, String> extract(
                        String type, Bytes payload, List<String> fields) {
                      call.get().accept(ReentryTest.this.backend);
                      return Map.of("f", "v");
                    }
                  }));

  @AfterEach
  void close() {
    call.set(nothing -> {});
    backend.close();
  }

  static List<Consumer<Backend>> calls() {
    return List.of(
        it -> it.put(put("t", "by the function")),
        it -> it.put(put("other", "by the function")),
        it -> it.setOptions("t", TypeOptions.NONE),
        it -> it.acquireLease("n", Duration.ofSeconds(1)),
        it -> it.renewLease("n", 1, Duration.ofSeconds(1)),
        it -> it.releaseLease("n", 1),
        Backend::expire,
        it -> it.trim(Instant.EPOCH),
        Backend::clear,
        it -> it.setCheckpoint(Checkpoint.NONE),
        it -> it.snapshot(Selection.all()),
        it -> it.changes(it.versions().end(), null),
        Backend::close);
  }

  private static List<Write> put(String type, String id) {
    return List.of(Write.put(type, id, Bytes.utf8("v")));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aPutIsRejectedAndNothingIsApplied(Consumer<Backend> inside) {
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f"));
    call.set(inside);
    assertThatThrownBy(() -> backend.put(put("t", "id")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("batch[0].payload")
        .hasMessageContaining("must not call a backend");
    call.set(nothing -> {});
    assertThat(backend.versions().latest()).isZero();
    assertThat(backend.listTypes()).isEmpty();
    assertThat(backend.options()).containsOnlyKeys("t");
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aChangeOfOptionsIsRejectedAndChangesNothing(Consumer<Backend> inside) {
    backend.put(put("t", "id"));
    call.set(inside);
    assertThatThrownBy(() -> backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f")))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("must not call a backend");
    call.set(nothing -> {});
    assertThat(backend.options()).isEmpty();
    assertThat(backend.versions().latest()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aFunctionThatHidesTheRejectionChangesNothing(Consumer<Backend> inside) {
    backend.setOptions("t", TypeOptions.NONE.withIndexedFields("f"));
    call.set(
        it -> {
          try {
            inside.accept(it);
          } catch (InvalidArgumentException hidden) {
            // An extraction function may swallow the error.
          }
        });
    assertThat(
            backend
                .put(List.of(Write.put("t", "a", Bytes.EMPTY), Write.put("t", "b", Bytes.EMPTY)))
                .records())
        .extracting(StoredRecord::version)
        .containsExactly(1L, 2L);
    assertThat(backend.listTypes()).containsExactly("t");
    assertThat(backend.snapshot(Selection.where("t", new FieldValue("f", "v"))).records())
        .toIterable()
        .hasSize(2);
  }
}
