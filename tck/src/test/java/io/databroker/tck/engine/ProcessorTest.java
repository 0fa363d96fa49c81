package io.databroker.tck.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.engine.Processor.Judgement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProcessorTest {
  private static final int BOUND = 30;

  private static Judgement judge(int ranSeconds, double computedSeconds) {
    return Processor.judge(
        TimeUnit.SECONDS.toNanos(ranSeconds),
        Math.round(computedSeconds * 1e9),
        TimeUnit.SECONDS.toNanos(BOUND));
  }

  @Test
  void aCallWithinItsBoundRuns() {
    assertThat(judge(BOUND, 0)).isEqualTo(Judgement.RUNS);
    assertThat(judge(BOUND, 60)).isEqualTo(Judgement.RUNS);
  }

  @Test
  void aCallThatWaitsForNothingHangsAtItsBound() {
    assertThat(judge(31, 0.2)).isEqualTo(Judgement.HANGS);
  }

  @Test
  void aCallThatComputesWithoutEndHangsOnceItHadItsTime() {
    assertThat(judge(31, 31)).isEqualTo(Judgement.HANGS);
    assertThat(judge(90, 29)).isEqualTo(Judgement.RUNS);
    assertThat(judge(90, 30)).isEqualTo(Judgement.HANGS);
  }

  @Test
  void aCallThatGetsNoProcessorIsNotAccused() {
    assertThat(judge(31, 3)).isEqualTo(Judgement.RUNS);
    assertThat(judge(119, 12)).isEqualTo(Judgement.RUNS);
    assertThat(judge(121, 12)).isEqualTo(Judgement.STARVES);
  }

  @Test
  void theProcessorTimeOfThisProcessGrows() {
    long before = Processor.nanos();
    long sum = 0;
    for (long i = 0; Processor.nanos() == before; i++) {
      sum += i;
    }
    assertThat(Processor.nanos()).as("after counting to %d", sum).isGreaterThan(before);
  }
}
