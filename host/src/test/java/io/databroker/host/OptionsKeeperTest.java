package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.TypeOptions;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingFeed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OptionsKeeperTest {
  private static final Map<String, TypeOptions> OPTIONS =
      Map.of(
          "car", TypeOptions.NONE.withCapacity(2),
          "van", TypeOptions.NONE.withTtl(Duration.ofHours(1)));

  private final HandTime time = new HandTime();
  private final Queue<Runnable> signals = new ArrayDeque<>();
  private final Intercepted store =
      Intercepted.open(BackendContext.standard().withClock(time).withNotifier(signals::add));
  private final OptionsKeeper keeper =
      new OptionsKeeper(store.backend, OPTIONS, time, Runnable::run);

  @AfterEach
  void close() {
    store.real.close();
  }

  private void runSignals() {
    for (Runnable signal = signals.poll(); signal != null; signal = signals.poll()) {
      signal.run();
    }
  }

  @Test
  void optionsAreInForceFromTheStartAndAfterEveryClear() {
    keeper.start();
    assertThat(store.real.options()).isEqualTo(OPTIONS);
    for (int i = 0; i < 3; i++) {
      store.real.clear();
      assertThat(store.real.options()).isEmpty();
      runSignals();
      assertThat(store.real.options()).isEqualTo(OPTIONS);
    }
  }

  @Test
  void aFeedThatAClearEndedIsClosed() {
    AtomicInteger open = new AtomicInteger();
    store.before("changes", call -> counted((ChangeFeed) call.call(), open));
    keeper.start();
    for (int i = 0; i < 3; i++) {
      store.real.clear();
      runSignals();
      assertThat(open).hasValue(1);
    }
    keeper.close();
    assertThat(open).hasValue(0);
  }

  private static ChangeFeed counted(ChangeFeed feed, AtomicInteger open) {
    open.incrementAndGet();
    return new ForwardingFeed(feed) {
      @Override
      public void close() {
        open.decrementAndGet();
        super.close();
      }
    };
  }

  @Test
  void anHourWithoutTheEngineDoesNotFillTheLog() {
    keeper.start();
    store.failing("setOptions", new UnavailableException("away", null));
    try (Logged logged = Logged.by(OptionsKeeper.class)) {
      for (int outage = 1; outage <= 2; outage++) {
        store.real.clear();
        runSignals();
        assertThat(logged.warnings()).as("outage " + outage).isNotEmpty();
        time.pass(Duration.ofHours(1));
        assertThat(logged.warnings()).hasSizeLessThan(15);
        logged.warnings().clear();
        store.working("setOptions");
        time.pass(Duration.ofSeconds(1));
        assertThat(store.real.options()).isEqualTo(OPTIONS);
        store.failing("setOptions", new UnavailableException("away", null));
      }
    }
  }

  @Test
  void whatAHostSetsItselfStaysUntilTheNextClear() {
    keeper.start();
    store.real.setOptions("car", TypeOptions.NONE.withCapacity(7));
    store.real.put(List.of(Write.put("car", "1", Bytes.EMPTY)));
    time.leap(Duration.ofHours(1));
    store.real.trim(time.instant());
    runSignals();
    assertThat(store.real.options()).containsEntry("car", TypeOptions.NONE.withCapacity(7));
    store.real.clear();
    runSignals();
    assertThat(store.real.options()).isEqualTo(OPTIONS);
  }

  @Test
  void otherOptionsAreInForceAtOnceAndAfterAClear() {
    keeper.start();
    Map<String, TypeOptions> others =
        Map.of("car", TypeOptions.NONE.withCapacity(9), "bus", TypeOptions.NONE.withCapacity(1));
    keeper.replace(others);
    assertThat(store.real.options())
        .containsAllEntriesOf(others)
        .containsEntry("van", OPTIONS.get("van"));
    store.real.clear();
    runSignals();
    assertThat(store.real.options()).isEqualTo(others);
  }

  @Test
  void optionsThatComeLaterAreSetAgainAfterAClearToo() {
    OptionsKeeper empty = new OptionsKeeper(store.backend, Map.of(), time, Runnable::run);
    empty.start();
    empty.replace(OPTIONS);
    store.real.clear();
    runSignals();
    assertThat(store.real.options()).isEqualTo(OPTIONS);
  }

  @Test
  void ofOptionsThatAreRejectedNoneIsInForce() {
    keeper.start();
    Map<String, TypeOptions> others = new LinkedHashMap<>();
    others.put("car", TypeOptions.NONE.withCapacity(9));
    others.put("", TypeOptions.NONE.withCapacity(9));
    assertThatThrownBy(() -> keeper.replace(others)).isInstanceOf(InvalidArgumentException.class);
    assertThat(store.real.options()).isEqualTo(OPTIONS);
    store.real.clear();
    runSignals();
    assertThat(store.real.options()).isEqualTo(OPTIONS);
  }

  @Test
  void aClearThatComesBetweenIsNotMissed() {
    AtomicBoolean cleared = new AtomicBoolean();
    store.before(
        "setOptions",
        call -> {
          Object answer = call.call();
          if (!cleared.getAndSet(true)) {
            store.real.clear();
          }
          return answer;
        });
    keeper.start();
    assertThat(cleared).isTrue();
    assertThat(store.real.options()).isEqualTo(OPTIONS);
  }

  @Test
  void whatFailsAfterAClearIsTriedAgain() {
    try (Logged logged = Logged.by(OptionsKeeper.class)) {
      keeper.start();
      long calls = store.calls("setOptions");
      store.failing("setOptions", new UnavailableException("away", null));
      store.real.clear();
      runSignals();
      time.pass(Duration.ofMillis(2_500));
      assertThat(store.real.options()).isEmpty();
      assertThat(store.calls("setOptions")).isEqualTo(calls + 3);
      assertThat(logged.warnings()).hasSize(2);
      store.working("setOptions");
      time.pass(Duration.ofSeconds(1));
      assertThat(store.real.options()).isEqualTo(OPTIONS);
      assertThat(time.waiting()).isZero();
    }
  }

  @Test
  void endsWhenItIsClosedOrItsBackendIs() {
    keeper.start();
    keeper.close();
    store.real.clear();
    runSignals();
    assertThat(store.real.options()).isEmpty();

    OptionsKeeper another = new OptionsKeeper(store.backend, OPTIONS, time, Runnable::run);
    another.start();
    try (Logged logged = Logged.by(OptionsKeeper.class)) {
      store.real.close();
      runSignals();
      assertThat(logged.warnings()).isEmpty();
      assertThat(time.waiting()).isZero();
    }
  }

  @Test
  void withoutOptionsItDoesNothing() {
    new OptionsKeeper(store.backend, Map.of(), time, Runnable::run).start();
    assertThat(store.calls("changes")).isZero();
  }

  @Test
  void optionsThatAreRefusedFailTheOpen() {
    assertThatThrownBy(
            () ->
                Databroker.builder()
                    .backend(
                        BackendConfig.of("inmemory")
                            .withOptions("", TypeOptions.NONE.withCapacity(1)))
                    .open())
        .isInstanceOf(InvalidArgumentException.class);
  }
}
