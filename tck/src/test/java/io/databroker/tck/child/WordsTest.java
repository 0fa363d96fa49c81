package io.databroker.tck.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WordsTest {
  private static final List<String> TEXTS = List.of("", " ", "'", "a b", "%20", "\n", "\u20ac", "");

  @Test
  void textsAreReadAsTheyWereWritten() {
    assertThat(Words.of(Words.line(TEXTS))).isEqualTo(TEXTS);
    assertThat(Words.of(Words.line(List.of()))).isEmpty();
  }

  @Test
  void aMapIsReadAsItWasWritten() {
    Map<String, String> map = new LinkedHashMap<>();
    TEXTS.forEach(text -> map.put(text, "of " + text));
    assertThat(Words.map(Words.line(map))).containsExactlyEntriesOf(map);
    assertThat(Words.map(Words.line(Map.of()))).isEmpty();
  }
}
