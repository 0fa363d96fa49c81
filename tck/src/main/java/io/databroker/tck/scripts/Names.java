package io.databroker.tck.scripts;

import io.databroker.tck.text.Texts;
import java.util.List;
import java.util.SplittableRandom;

/** Names, values and sizes with which backends have failed. */
final class Names {
  private Names() {}

  /** Short names that are easily confused. */
  private static final List<String> SHORT = Lookalikes.all(30);

  /** The sizes of batches, types and histories, at the edges where something grows or splits. */
  private static final int[] SIZES = {
    0, 1, 2, 3, 63, 64, 65, 127, 128, 129, 511, 512, 513, 999, 1_000, 1_001, 1_024, 1_025, 4_095,
    4_096, 4_097
  };

  static final int RARE_SIZE = 70_000;

  /** Returns one of a few names, so that steps meet the same names again. */
  static String few(SplittableRandom random) {
    return SHORT.get(random.nextInt(random.nextInt(3) == 0 ? SHORT.size() : 8));
  }

  /** Returns a name of at most that many bytes of UTF-8. */
  static String upTo(SplittableRandom random, int bytes) {
    int kind = random.nextInt(40);
    if (kind == 0) {
      return "x".repeat(bytes);
    } else if (kind == 1) {
      return "x".repeat(bytes - 1) + "y";
    } else if (kind == 2) {
      return "\ud83d\ude00".repeat(bytes / 4);
    }
    return few(random);
  }

  static int size(SplittableRandom random) {
    return SIZES[random.nextInt(SIZES.length)];
  }

  /** Returns a size, usually a small one, because large ones cost time. */
  static int smallSize(SplittableRandom random) {
    return SIZES[random.nextInt(random.nextInt(6) == 0 ? 10 : 4)];
  }

  /** Returns the text as a Java literal. */
  static String java(String text) {
    if (text.length() > 40) {
      char first = text.charAt(0);
      boolean same = text.chars().allMatch(c -> c == first);
      if (same) {
        return java(text.substring(0, 1)) + ".repeat(" + text.length() + ")";
      }
    }
    StringBuilder literal = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> literal.append("\\\"");
        case '\\' -> literal.append("\\\\");
        case '\n' -> literal.append("\\n");
        case '\r' -> literal.append("\\r");
        case '\t' -> literal.append("\\t");
        default -> {
          if (c < ' ' || c > '~') {
            literal.append(Texts.format("\\u%04x", (int) c));
          } else {
            literal.append(c);
          }
        }
      }
    }
    return literal.append('"').toString();
  }
}
