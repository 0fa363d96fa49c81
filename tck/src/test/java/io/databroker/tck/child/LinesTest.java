package io.databroker.tck.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesTest {
  private static Lines of(String text) {
    return new Lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** A token cut in the middle is another token. */
  @Test
  void aLineThatAKillHasCutIsNoLine() throws IOException {
    String whole = Words.line(List.of("lease", "acquired", "name", "1234"));
    Lines lines = of(whole + "\n" + whole.substring(0, whole.length() - 2));
    assertThat(lines.next()).isEqualTo(whole);
    assertThat(lines.next()).isNull();
    assertThat(lines.next()).isNull();
  }

  @Test
  void anEmptyLineIsALine() throws IOException {
    Lines lines = of("\n'é\n");
    assertThat(lines.next()).isEmpty();
    assertThat(lines.next()).isEqualTo("'é");
    assertThat(lines.next()).isNull();
  }
}
