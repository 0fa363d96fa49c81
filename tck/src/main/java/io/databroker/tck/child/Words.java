package io.databroker.tck.child;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Encodes a list of texts as one line, and back. */
public final class Words {
  private Words() {}

  /** Joins texts to a line. */
  public static String line(List<String> words) {
    // A mark before each word distinguishes an empty word from no word.
    return words.stream()
        .map(word -> "'" + URLEncoder.encode(word, StandardCharsets.UTF_8))
        .collect(Collectors.joining(" "));
  }

  /** Splits a line into its texts. */
  public static List<String> of(String line) {
    List<String> words = new ArrayList<>();
    for (String word : line.split(" ", -1)) {
      if (word.startsWith("'")) {
        words.add(URLDecoder.decode(word.substring(1), StandardCharsets.UTF_8));
      }
    }
    return words;
  }
}
