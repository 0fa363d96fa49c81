package io.databroker.server.payload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OnceTest {
  private final Once once = new Once();

  @Test
  void aValueIsNewOnce() {
    assertThat(once.first("a")).isTrue();
    assertThat(once.first("a")).isFalse();
    assertThat(once.first("b")).isTrue();
  }

  @Test
  void onlyTheBeginningOfALongValueIsRemembered() {
    String megabyte = "x".repeat(1 << 20);
    assertThat(once.first(megabyte + "a")).isTrue();
    assertThat(once.first(megabyte + "b")).isFalse();
  }

  @Test
  void aThousandAreRemembered() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(once.first("value " + i)).isTrue();
    }
    assertThat(once.first("one more")).isFalse();
  }
}
