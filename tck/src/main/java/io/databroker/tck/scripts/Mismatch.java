package io.databroker.tck.scripts;

import java.util.List;

/** An answer that the contract does not allow. */
final class Mismatch extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an unmodifiable list of texts
  private final List<String> rules;

  /**
   * Creates the error.
   *
   * @param words the broken rule, the expected and the actual answer
   */
  Mismatch(String rule, String words) {
    this(List.of(rule), words);
  }

  /** Names several broken rules, the main one first. */
  Mismatch(List<String> rules, String words) {
    super(words);
    this.rules = List.copyOf(rules);
  }

  Mismatch(String rule, String words, Throwable cause) {
    super(words, cause);
    this.rules = List.of(rule);
  }

  String rule() {
    return rules.get(0);
  }

  List<String> rules() {
    return rules;
  }

  String words() {
    return String.valueOf(getMessage());
  }
}
