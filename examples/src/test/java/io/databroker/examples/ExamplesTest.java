package io.databroker.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class ExamplesTest {

  @Test
  void typedValues() throws Exception {
    assertThat(Printed.by(TypedValues::main))
        .containsExactlyInAnyOrder(
            "Account[owner=ada, cents=150]", "1 belongs to ada", "2 of version 3 cannot be read");
  }

  @Test
  void mirror() throws Exception {
    assertThat(Printed.by(Mirror::main))
        .containsExactly("{1=blue}", "{2=red}", "starting over: history-replaced", "{}");
  }

  @Test
  void severalBackends() throws Exception {
    assertThat(Printed.by(SeveralBackends::main)).containsExactly("[car] [write]");
  }

  @Test
  void election() throws Exception {
    assertThat(Printed.by(Election::main))
        .containsExactly(
            "the first works: true",
            "another may try: Optional.empty",
            "the second works, fenced: true");
  }

  @Test
  void optionsOfTypes() throws Exception {
    assertThat(Printed.by(OptionsOfTypes::main))
        .containsExactly("the oldest event is gone: true", "blue: car 7");
  }

  @Test
  void shortLived() throws Exception {
    assertThat(Printed.by(ShortLived::main)).containsExactly("ada came", "ada has expired");
  }

  @Test
  void manyWatchers() throws Exception {
    assertThat(Printed.by(ManyWatchers::main))
        .containsExactly("a thread each: false", "told: 1000");
  }

  @Test
  void choosingABackend() throws Exception {
    assertThat(Printed.by(ChoosingABackend::main))
        .contains(
            "inmemory [TURNABLE_CLOCK]",
            "backend inmemory: unknown setting \"colour\"; it has none",
            "unknown backend \"of-heap\"; known: inmemory");
  }
}
