package io.databroker.tck.history;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts as words without spaces, and back. A word is percent-encoded UTF-8; a lone surrogate, which
 * UTF-8 cannot express, is {@code %u} and its four hexadecimal digits.
 */
final class Escapes {
  private static final Pattern LONE = Pattern.compile("%u([0-9a-fA-F]{4})");

  private Escapes() {}

  static String word(String text) {
    if (isPlain(text)) {
      return text;
    }
    StringBuilder word = new StringBuilder();
    int plain = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        i++;
        continue;
      }
      word.append(encoded(text.substring(plain, i)));
      word.append("%u").append(HexFormat.of().toHexDigits(c));
      plain = i + 1;
    }
    return word.append(encoded(text.substring(plain))).toString();
  }

  static String text(String word) {
    if (isPlain(word)) {
      return word;
    }
    Matcher lone = LONE.matcher(word);
    StringBuilder text = new StringBuilder();
    int plain = 0;
    while (lone.find()) {
      text.append(decoded(word.substring(plain, lone.start())));
      text.append((char) HexFormat.fromHexDigits(word, lone.start() + 2, lone.end()));
      plain = lone.end();
    }
    return text.append(decoded(word.substring(plain))).toString();
  }

  /** Returns whether a text needs no escape, like most texts. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z')) {
        return false;
      }
    }
    return true;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String word) {
    return URLDecoder.decode(word, StandardCharsets.UTF_8);
  }
}
