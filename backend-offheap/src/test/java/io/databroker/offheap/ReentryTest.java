package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An extraction function that calls its own backend. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReentryTest {
  private static final OffheapSettings SMALL =
      new OffheapSettings(null, Durability.PROCESS, 1_000, 1, 1 << 16);
  private static final TypeOptions INDEXED = new TypeOptions(null, null, List.of("f"));

  private static final List<Consumer<Backend>> CALLS =
      List.of(
          backend -> backend.put(put("other", "by the function")),
          backend -> backend.setOptions("t", TypeOptions.NONE),
          Backend::clear,
          Backend::close);

  private Consumer<Backend> call = backend -> {};
  private final List<Backend> opened = new ArrayList<>();

  private Backend open() {
    FieldExtractor extractor =
        new FieldExtractor() {
          @Override
          public String fingerprint() {
            return "calls";
          }

          @Override
          public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
            call.accept(opened.get(0));
            return Map.of("f", "v");
          }
        };
    opened.clear();
    opened.add(Opening.open(SMALL, BackendContext.standard().withExtractor(extractor)));
    return opened.get(0);
  }

  private static List<Write> put(String type, String id) {
    return List.of(Write.put(type, id, Bytes.utf8("v")));
  }

  @Test
  void aPutIsRefusedWhoseExtractionCallsTheBackend() {
    for (Consumer<Backend> calls : CALLS) {
      try (Backend backend = open()) {
        backend.setOptions("t", INDEXED);
        call = calls;
        assertThatThrownBy(() -> backend.put(put("t", "id")))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("batch[0].payload")
            .hasMessageContaining("must not call a backend");
        assertThat(backend.versions().latest()).isZero();
        assertThat(backend.get("t", "id")).isNull();
        call = nothing -> {};
      }
    }
  }

  @Test
  void aChangeOfOptionsIsRefusedWhoseExtractionCallsTheBackend() {
    for (Consumer<Backend> calls : CALLS) {
      try (Backend backend = open()) {
        backend.put(put("t", "id"));
        call = calls;
        assertThatThrownBy(() -> backend.setOptions("t", INDEXED))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("must not call a backend");
        assertThat(backend.options()).isEmpty();
        assertThat(backend.versions().latest()).isEqualTo(1);
        call = nothing -> {};
      }
    }
  }

  @Test
  void versionsStayWholeThoughTheFunctionHidesTheRefusal() {
    try (Backend backend = open()) {
      backend.setOptions("t", INDEXED);
      call =
          inside -> {
            try {
              inside.put(put("t", "by the function"));
            } catch (InvalidArgumentException hidden) {
              // An extraction function may swallow the error.
            }
          };
      assertThat(
              backend
                  .put(
                      List.of(
                          Write.put("t", "a", Bytes.utf8("v")),
                          Write.put("t", "b", Bytes.utf8("v"))))
                  .records())
          .extracting(record -> record.version())
          .containsExactly(1L, 2L);
      assertThat(backend.get("t", "by the function")).isNull();
      assertThat(backend.versions().latest()).isEqualTo(2);
    }
  }
}
