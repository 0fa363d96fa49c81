package io.databroker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages do not depend on the default locale, because machines and logs read them. */
class LocaleTest {
  private final Locale before = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  private static List<String> messages() {
    return List.of(
        new LimitExceededException("batch[0].id", 1_234, 1_024, "bytes").getMessage(),
        new InvalidArgumentException("id", "a\u0000", "give one without it").getMessage(),
        new HistoryTrimmedException(5, 1_234_567).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa-IR", "tr-TR", "de-DE"})
  void aMessageIsTheSameInEveryLocale(String tag) {
    Locale.setDefault(Locale.ROOT);
    List<String> expected = messages();
    Locale.setDefault(Locale.forLanguageTag(tag));
    assertThat(messages()).isEqualTo(expected);
  }
}
