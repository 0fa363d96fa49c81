package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.databroker.api.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingTextTest {

  @ParameterizedTest
  @CsvSource({
    "250ms, PT0.25S",
    "10s, PT10S",
    "5m, PT5M",
    "1h, PT1H",
    "7d, PT168H",
    "PT1M30S, PT1M30S",
    "0s, PT0S",
    "PT-1S, PT-1S"
  })
  void readsDurations(String text, Duration expected) {
    assertThat(SettingText.duration(text)).isEqualTo(expected);
    assertThat(SettingText.duration(SettingText.of(expected))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "s", "-5s", " 5s", "5 s", "5S", "1.5h", "1w", "P"})
  void refusesWhatIsNoDuration(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SettingText.duration(text))
        .withMessageContaining("250ms");
  }

  @ParameterizedTest
  @ValueSource(strings = {"999999999999999999d", "99999999999999999999999d"})
  void saysHowLongADurationMayBe(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SettingText.duration(text))
        .withMessageContaining("at most 36500 days");
  }

  @Test
  void writesValuesAsTheyAreRead() {
    assertThat(SettingText.of(Duration.ofSeconds(90))).isEqualTo("90s");
    assertThat(SettingText.of(Duration.ofMinutes(60))).isEqualTo("1h");
    assertThat(SettingText.of(Duration.ofNanos(1))).isEqualTo("PT0.000000001S");
    Duration forever = ChronoUnit.FOREVER.getDuration();
    assertThat(SettingText.duration(SettingText.of(forever))).isEqualTo(forever);
    assertThat(SettingText.of(FakeProvider.Colour.DARK_BLUE)).isEqualTo("dark_blue");
    assertThat(SettingText.of(7L)).isEqualTo("7");
    assertThat(SettingText.of(true)).isEqualTo("true");
  }

  @Test
  void readsEveryKindOfSetting() {
    assertThat(SettingText.parse(FakeProvider.LABEL, "")).isEmpty();
    assertThat(SettingText.parse(FakeProvider.SIZE, "100")).isEqualTo(100L);
    assertThat(SettingText.parse(FakeProvider.LOUD, "true")).isTrue();
    assertThat(SettingText.parse(FakeProvider.LOUD, "false")).isFalse();
    assertThat(SettingText.parse(FakeProvider.PAUSE, "2m")).isEqualTo(Duration.ofMinutes(2));
    assertThat(SettingText.parse(FakeProvider.FOLDER, "a/b")).isEqualTo(Path.of("a", "b"));
    assertThat(SettingText.parse(FakeProvider.COLOUR, "dark_blue"))
        .isEqualTo(FakeProvider.Colour.DARK_BLUE);
  }

  @Test
  void saysWhatEachKindWouldAccept() {
    refuses(FakeProvider.SIZE, "10k", "whole number of bytes");
    refuses(FakeProvider.SIZE, "99999999999999999999", "below 2^63");
    refuses(FakeProvider.SIZE, "0", "give 1 to 100 bytes");
    refuses(FakeProvider.LOUD, "True", "true or false");
    refuses(FakeProvider.PAUSE, "0s", "more than 0");
    refuses(FakeProvider.FOLDER, " ", "give a path");
    refuses(FakeProvider.FOLDER, "a\0b", "give a path");
    refuses(FakeProvider.COLOUR, "RED", "red or dark_blue");
  }

  private static void refuses(Setting<?> setting, String text, String remedy) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SettingText.parse(setting, text))
        .withMessageContaining(remedy);
  }
}
