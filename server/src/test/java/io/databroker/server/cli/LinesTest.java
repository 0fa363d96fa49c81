package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LinesTest {
  private static final InputStream ENDLESS =
      new InputStream() {
        @Override
        public int read() {
          return 'x';
        }

        @Override
        public int read(byte[] into, int offset, int length) {
          Arrays.fill(into, offset, offset + length, (byte) 'x');
          return length;
        }
      };

  @Test
  void aLineThatDoesNotEndIsNamed() throws Exception {
    Lines lines = new Lines(new SequenceInputStream(Cli.text("a\n"), ENDLESS), 1 << 20);
    assertThat(lines.next()).isEqualTo("a");
    assertThatThrownBy(lines::next)
        .isInstanceOf(FailedException.class)
        .hasMessage("line 2: longer than 1 MiB");
  }

  @Test
  void aLineUpToTheLimitIsRead() throws Exception {
    String longest = "x".repeat(1 << 20);
    Lines lines = new Lines(Cli.text(longest + "\nb"), 1 << 20);
    assertThat(lines.next()).isEqualTo(longest);
    assertThat(lines.next()).isEqualTo("b");
    assertThat(lines.next()).isNull();
  }
}
