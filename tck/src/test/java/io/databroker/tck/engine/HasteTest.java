package io.databroker.tck.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HasteTest {

  @Test
  void answersThatCameTooLateAreNotJudged() {
    assertThatThrownBy(new Haste(true, Duration.ZERO)::check)
        .isInstanceOf(LateAnswersException.class)
        .hasMessageContaining("within 0 ms");
    assertThatCode(new Haste(true, Duration.ofHours(1))::check).doesNotThrowAnyException();
  }

  @Test
  void aTurnedClockStandsStillMeanwhile() {
    assertThatCode(new Haste(false, Duration.ZERO)::check).doesNotThrowAnyException();
  }
}
