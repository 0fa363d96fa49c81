package io.databroker.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each example runs, and prints what its reader expects. */
class ExamplesTest {
  private interface Example {
    void run(String[] args) throws Exception;
  }

  @Test
  void typedCars() throws Exception {
    assertThat(printed(TypedCars::main))
        .containsExactly(
            "there is 7: Car[colour=blue, kilometres=100]",
            "now 7: Car[colour=blue, kilometres=125]",
            "gone is 7: Car[colour=blue, kilometres=125]");
  }

  @Test
  void leader() throws Exception {
    assertThat(printed(Leader::main))
        .containsExactly(
            "leading with token 1",
            "free for another: false",
            "one step of work",
            "the next one leads with token 2",
            "told before the host closes");
  }

  @Test
  void bounded() throws Exception {
    assertThat(printed(Bounded::main))
        .containsExactly(
            "the oldest is evicted: true",
            "the youngest is there: true",
            "types with options: [event, session]");
  }

  @Test
  void severalBackends() throws Exception {
    assertThat(printed(SeveralBackends::main)).containsExactly("live [order]", "archive [invoice]");
  }

  private static List<String> printed(Example example) throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      example.run(new String[0]);
    } finally {
      System.setOut(console);
    }
    return printed.toString(UTF_8).lines().toList();
  }
}
