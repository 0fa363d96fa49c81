package io.databroker.tck.contract;

import io.databroker.tck.text.Texts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules of CONTRACT.md by number. */
public final class Contract {
  private static final Pattern RULE =
      Pattern.compile("(?m)^- \\*\\*([A-Z]+-\\d+)\\*\\* (MUST|MAY)\\. (.*)$");

  private Contract() {}

  /**
   * Rule of the contract.
   *
   * @param number the number, such as LIST-4
   * @param strength MUST or MAY
   * @param text the text with its reason
   */
  public record Entry(String number, String strength, String text) {}

  private static final Map<String, Entry> RULES = read();

  /** Returns all rules, in order. */
  public static Map<String, Entry> rules() {
    return RULES;
  }

  /**
   * Resolves names to the numbers of rules.
   *
   * @param names numbers (LIST-4) or chapters (LIST), in any case
   * @throws IllegalArgumentException if a name is unknown; the message names it
   */
  public static Set<String> chosen(List<String> names) {
    Set<String> chosen = new LinkedHashSet<>();
    for (String name : names) {
      String wanted = name.strip().toUpperCase(Locale.ROOT);
      List<String> meant =
          RULES.keySet().stream()
              .filter(number -> number.equals(wanted) || number.startsWith(wanted + "-"))
              .toList();
      if (meant.isEmpty()) {
        throw new IllegalArgumentException(name + ": there is no such rule or chapter");
      }
      chosen.addAll(meant);
    }
    return chosen;
  }

  private static Map<String, Entry> read() {
    Map<String, Entry> rules = new LinkedHashMap<>();
    Matcher matcher = RULE.matcher(Texts.resource(Contract.class, "CONTRACT.md"));
    while (matcher.find()) {
      Entry entry =
          new Entry(
              Objects.requireNonNull(matcher.group(1)),
              Objects.requireNonNull(matcher.group(2)),
              Objects.requireNonNull(matcher.group(3)).replace("*", ""));
      rules.put(entry.number(), entry);
    }
    return Collections.unmodifiableMap(rules);
  }
}
