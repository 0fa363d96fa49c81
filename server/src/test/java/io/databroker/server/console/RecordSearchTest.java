package io.databroker.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.host.Databroker;
import io.databroker.server.payload.MessageTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordSearchTest {
  private static final RecordSearch.Key BEGIN = new RecordSearch.Key("", "");

  private final Databroker broker = Databroker.builder().backend("inmemory").open();
  private final AtomicLong clock = new AtomicLong();

  @AfterEach
  void close() {
    broker.close();
  }

  private void fill(int records) {
    List<Write> batch = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      batch.add(Write.put("t", "id" + i, Bytes.EMPTY));
    }
    broker.backend().put(batch);
  }

  private RecordSearch search(long nanosEachLook) {
    return new RecordSearch(
        broker.backend(),
        MessageTypes.wellKnown(),
        () -> clock.addAndGet(nanosEachLook),
        Duration.ofSeconds(5));
  }

  @Test
  void aSearchThatTakesTooLongSaysHowFarItCame() {
    fill(1_000);
    JsonObject found = search(Duration.ofSeconds(1).toNanos()).run("", "", BEGIN, () -> false);
    assertThat(found.get("complete").getAsBoolean()).isFalse();
    assertThat(found.get("read").getAsLong()).isBetween(64L, 999L);
    assertThat(found.get("matches").getAsLong()).isEqualTo(found.get("read").getAsLong());
  }

  @Test
  void aSearchEndsWhenItsClientHasLeft() {
    fill(1_000);
    JsonObject found = search(0).run("", "id", BEGIN, () -> true);
    assertThat(found.get("complete").getAsBoolean()).isFalse();
    assertThat(found.get("read").getAsLong()).isZero();
  }

  @Test
  void pagesTogetherHaveEachMatchOnce() {
    fill(173);
    List<String> ids = new ArrayList<>();
    RecordSearch.Key after = BEGIN;
    for (boolean more = true; more; ) {
      JsonObject page = search(0).run("t", "ID", after, () -> false);
      assertThat(page.get("matches").getAsLong()).isEqualTo(173);
      page.getAsJsonArray("records")
          .forEach(row -> ids.add(row.getAsJsonObject().get("id").getAsString()));
      more = page.get("more").getAsBoolean();
      after = new RecordSearch.Key("t", ids.get(ids.size() - 1));
    }
    assertThat(ids).hasSize(173).doesNotHaveDuplicates().isSorted();
  }
}
