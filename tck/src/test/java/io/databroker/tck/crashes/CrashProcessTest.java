package io.databroker.tck.crashes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.tck.child.ChildJvm;
import io.databroker.tck.child.Port;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.engine.InconclusiveException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CrashProcessTest {
  private static final Order ORDER =
      new Order(new ChildProvider("none", List.of()), List.of(), Moment.ANY, 0, 1, 0, 0, Map.of());

  @Test
  void aJvmThatDoesNotStartIsNoFaultOfTheBackend() throws IOException {
    List<String> command =
        ChildJvm.command(List.of("-XX:+NoSuchOption"), CrashChild.class, List.of());
    AtomicBoolean listened = new AtomicBoolean();
    try (Port port = new Port()) {
      assertThatThrownBy(
              () ->
                  CrashProcess.run(port, command, ORDER, (process, reports) -> listened.set(true)))
          .isInstanceOf(InconclusiveException.class)
          .hasMessageContaining("did not start, and ended with exit code 1");
    }
    assertThat(listened).isFalse();
  }
}
