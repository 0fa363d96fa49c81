package io.databroker.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.server.fixture.LaggingBackend;
import io.databroker.server.fixture.LockedBackend;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryScanTest {
  private final LockedBackend engine = new LockedBackend();
  private final LaggingBackend lagging = new LaggingBackend(engine);
  private final HistoryScan scan =
      new HistoryScan(lagging, System::nanoTime, Duration.ofMinutes(1));

  private JsonObject run() {
    return scan.run("", "", null, () -> false);
  }

  @Test
  void aFeedThatLagsIsNotTheEndOfTheHistory() {
    engine.put(List.of(Write.put("a", "1", Bytes.EMPTY)));
    assertThat(run().get("complete").getAsBoolean()).isFalse();
    lagging.lags = false;
    assertThat(run().get("complete").getAsBoolean()).isTrue();
    assertThat(run().get("changes").getAsJsonArray()).hasSize(1);
  }

  @Test
  void anEmptyHistoryIsComplete() {
    assertThat(run().get("complete").getAsBoolean()).isTrue();
    engine.put(List.of(Write.put("a", "1", Bytes.EMPTY)));
    engine.clear();
    assertThat(run().get("complete").getAsBoolean()).isTrue();
  }
}
