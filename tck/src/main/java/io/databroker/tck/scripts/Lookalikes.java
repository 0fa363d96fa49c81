package io.databroker.tck.scripts;

import io.databroker.api.Bytes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Names that a careless comparison confuses. */
public final class Lookalikes {
  private Lookalikes() {}

  /** The groups; names of one group are easily confused. */
  static final List<List<String>> GROUPS =
      List.of(
          List.of("Aa", "BB"), // equal hash codes
          List.of("AaAa", "AaBB", "BBAa", "BBBB"),
          List.of("t", "T"),
          List.of("t", "t0", "t00"),
          List.of("t", "t ", " t"),
          List.of("t\t", "t\n", "t\r\n"),
          List.of("\u00e9", "e\u0301", "e"),
          List.of("\u00df", "SS", "ss"),
          List.of("\u0130", "i", "I", "\u0131"),
          List.of("\uff5e", "\ud83d\ude00", "\uffff"), // UTF-16 sorts them otherwise
          List.of("\ud800\udc00", "\udbff\udfff", "?"),
          List.of("%", "_", "*", "/"),
          List.of(" ", "\n", "\t"),
          List.of("a:b", "a/b", "a", "b"),
          List.of("t/t0", "t", "t0"),
          List.of("1", "01", "1.0", "-1"),
          List.of("null", "true", "'", "\""),
          List.of("a\\", "a\\\\", "\\"),
          List.of("\u200d", "a\u200db", "ab", "a\ud83d\ude00b", "\u202e"),
          List.of("\u007f", "\u0080", "\u0001"));

  /** Lengths at which a name or a value may be cut. */
  static final int[] LENGTHS = {
    31, 32, 63, 64, 127, 128, 191, 200, 254, 255, 256, 300, 400, 500, 511, 900, 1_000
  };

  /** Returns names that agree in that many characters. */
  static List<String> ofLength(int length) {
    String same = "x".repeat(length);
    return List.of(same + "y", same + "z", same);
  }

  /** Returns all these names that have at most that many bytes of UTF-8. */
  public static List<String> all(int bytes) {
    Set<String> all = new LinkedHashSet<>();
    GROUPS.forEach(all::addAll);
    for (int length : LENGTHS) {
      all.addAll(ofLength(length));
    }
    all.removeIf(name -> Bytes.utf8(name).size() > bytes);
    return List.copyOf(all);
  }
}
