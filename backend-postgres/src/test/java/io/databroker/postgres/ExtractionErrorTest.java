package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.PutResult;
import io.databroker.api.Settings;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An extraction function that fails with an Error. */
class ExtractionErrorTest {
  /** Returns a function that throws at the payload "bad", or never throws. */
  private static FieldExtractor function(boolean isThrowing) {
    return new FieldExtractor() {
      @Override
      public String fingerprint() {
        return "throwing " + isThrowing;
      }

      @Override
      public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
        if (isThrowing && payload.equals(Bytes.utf8("bad"))) {
          throw new AssertionError("expected");
        }
        return Map.of("field", payload.toString());
      }
    };
  }

  private static Backend open(Settings settings, boolean isThrowing) {
    return TestServer.open(settings, LargeTypeTest.PATIENT.withExtractor(function(isThrowing)));
  }

  private static List<Write> batch(String type, String id, String payload) {
    return List.of(Write.put(type, id, Bytes.utf8(payload)));
  }

  /** Writes these batches in one transaction, after another one. */
  private static List<FutureTask<PutResult>> group(
      Settings settings, Backend backend, List<List<Write>> batches) throws Exception {
    List<FutureTask<PutResult>> puts = new ArrayList<>();
    try (Connection stranger = LargeTypeTest.lockedBy(settings)) {
      FutureTask<PutResult> first = new FutureTask<>(() -> backend.put(batch("x", "1", "first")));
      LargeDeletesTest.start(first);
      LargeTypeTest.await("SELECT count(*) FROM pg_locks WHERE NOT granted", "1");
      for (List<Write> batch : batches) {
        puts.add(LargeDeletesTest.waiting(backend, batch));
      }
      stranger.rollback();
      first.get(60, TimeUnit.SECONDS);
    }
    return puts;
  }

  private static void assertOwnError(FutureTask<PutResult> put) {
    assertThatThrownBy(() -> put.get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(AssertionError.class)
        .hasRootCauseMessage("expected");
  }

  @Test
  void anErrorOfTheFunctionReachesOnlyTheCallerOfItsPayload() throws Exception {
    Settings settings = TestServer.freshSettings();
    try (Backend backend = open(settings, true)) {
      backend.setOptions("t", TypeOptions.NONE.withIndexedFields("field"));
      List<List<Write>> batches = new ArrayList<>();
      for (String payload : new String[] {"bad", "good", "bad", "good"}) {
        batches.add(batch("t", "" + batches.size(), payload));
      }
      List<FutureTask<PutResult>> puts = group(settings, backend, batches);
      for (int i : new int[] {1, 3}) {
        assertThat(puts.get(i).get(60, TimeUnit.SECONDS).records()).hasSize(1);
        assertThat(backend.get("t", "" + i)).isNotNull();
      }
      for (int i : new int[] {0, 2}) {
        assertOwnError(puts.get(i));
        assertThat(backend.get("t", "" + i)).isNull();
      }
      assertThat(backend.versions().latest()).isEqualTo(3);
      assertOwnError(group(settings, backend, List.of(batch("t", "4", "bad"))).get(0));
      backend.put(batch("t", "4", "good"));
    }
  }

  /** The index is built again in the first transaction that writes the type. */
  @Test
  void anErrorForAStoredPayloadReachesNoCallerOfAnotherType() throws Exception {
    Settings settings = TestServer.freshSettings();
    try (Backend backend = open(settings, false)) {
      backend.setOptions("t", TypeOptions.NONE.withIndexedFields("field"));
      backend.put(batch("t", "1", "bad"));
    }
    try (Backend backend = open(settings, true)) {
      List<FutureTask<PutResult>> puts =
          group(
              settings,
              backend,
              List.of(batch("u", "1", "good"), batch("t", "2", "good"), batch("u", "2", "good")));
      puts.get(0).get(60, TimeUnit.SECONDS);
      assertOwnError(puts.get(1));
      puts.get(2).get(60, TimeUnit.SECONDS);
    }
  }
}
