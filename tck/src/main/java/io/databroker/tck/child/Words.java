package io.databroker.tck.child;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** Joins the keys and values of a map to a line. */
  public static String line(Map<String, ?> map) {
    List<String> words = new ArrayList<>();
    map.forEach((key, value) -> words.addAll(List.of(key, value.toString())));
    return line(words);
  }

  /** Splits a line into the keys and values of a map, in their order. */
  public static Map<String, String> map(String line) {
    List<String> words = of(line);
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i += 2) {
      map.put(words.get(i), words.get(i + 1));
    }
    return map;
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
