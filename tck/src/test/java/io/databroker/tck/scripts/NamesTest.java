package io.databroker.tck.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamesTest {
  /** Java reads an escaped carriage return as the end of a line, even within a literal. */
  @Test
  void aNameIsALiteralOnOneLine() {
    assertThat(Names.java("t\r\n\t\"\\\u0001\u00e9"))
        .isEqualTo("\"t\\r\\n\\t\\\"\\\\\\u0001\\u00e9\"");
  }
}
