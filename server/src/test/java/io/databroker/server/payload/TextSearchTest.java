package io.databroker.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TextSearchTest {
  @Test
  void itFindsWhatAPlainSearchFinds() {
    Random random = new Random(7);
    int found = 0;
    for (int i = 0; i < 100_000; i++) {
      String text = random(random, 40);
      String wanted = random(random, 5);
      boolean contains = text.toLowerCase(Locale.ROOT).contains(wanted.toLowerCase(Locale.ROOT));
      assertThat(new TextSearch(wanted, () -> {}).isIn(text))
          .as("\"%s\" in \"%s\"", wanted, text)
          .isEqualTo(contains);
      found += contains ? 1 : 0;
    }
    assertThat(found).isBetween(10_000, 90_000);
  }

  private static String random(Random random, int longest) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(longest); left > 0; left--) {
      text.append("aAbİΣ".charAt(random.nextInt(4)));
    }
    return text.toString();
  }

  @Test
  void anEndlessSearchCanBeEnded() {
    AtomicInteger checks = new AtomicInteger();
    TextSearch search =
        new TextSearch(
            "a".repeat(4_000) + "b",
            () -> {
              if (checks.incrementAndGet() == 3) {
                throw new IllegalStateException("the caller has left");
              }
            });
    assertThatThrownBy(() -> search.isIn("a".repeat(1 << 20))).hasMessage("the caller has left");
  }
}
