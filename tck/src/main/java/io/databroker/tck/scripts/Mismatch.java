package io.databroker.tck.scripts;

/** An answer that the contract does not allow. */
final class Mismatch extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String rule;

  /**
   * Creates the error.
   *
   * @param words the broken rule, the expected and the actual answer
   */
  Mismatch(String rule, String words) {
    super(words);
    this.rule = rule;
  }

  Mismatch(String rule, String words, Throwable cause) {
    super(words, cause);
    this.rule = rule;
  }

  String rule() {
    return rule;
  }

  String words() {
    return String.valueOf(getMessage());
  }
}
