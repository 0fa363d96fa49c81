package io.databroker.server.rpc;

import com.google.protobuf.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;

/**
 * Text of a filter's value. Indexed fields are text, so numbers, bools and null are compared as
 * text.
 */
final class FilterText {
  /** Smallest number that Pomerium's server writes with an exponent. */
  private static final int LEAST_EXPONENT = 6;

  private static final int LEAST_NEGATIVE_EXPONENT = -4;

  /** Number of digits that distinguish every double from its neighbours. */
  private static final int MOST_DIGITS = 17;

  private FilterText() {}

  /** Returns the texts of the value: one, or two for a number with an exponent. */
  static List<String> of(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> List.of(value.getStringValue());
      case BOOL_VALUE -> List.of(Boolean.toString(value.getBoolValue()));
      case NUMBER_VALUE -> number(value.getNumberValue());
      default -> List.of("");
    };
  }

  private static List<String> number(double number) {
    if (Double.isNaN(number)) {
      return List.of("NaN");
    }
    if (Double.isInfinite(number)) {
      return List.of(number > 0 ? "+Inf" : "-Inf");
    }
    if (number == 0) {
      return List.of(1 / number < 0 ? "-0" : "0");
    }
    BigDecimal shortest = shortest(number);
    int exponent = shortest.precision() - shortest.scale() - 1;
    String plain = shortest.toPlainString();
    return exponent < LEAST_NEGATIVE_EXPONENT || exponent >= LEAST_EXPONENT
        ? List.of(withExponent(shortest, exponent), plain)
        : List.of(plain);
  }

  /** Returns the decimal with the fewest digits that reads back as the same double. */
  private static BigDecimal shortest(double number) {
    BigDecimal exact = new BigDecimal(number);
    for (int digits = 1; digits < MOST_DIGITS; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits));
      if (rounded.doubleValue() == number) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(MOST_DIGITS)).stripTrailingZeros();
  }

  private static String withExponent(BigDecimal number, int exponent) {
    String digits = number.unscaledValue().abs().toString();
    String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
    String magnitude = Integer.toString(Math.abs(exponent));
    return (number.signum() < 0 ? "-" : "")
        + digits.charAt(0)
        + fraction
        + (exponent < 0 ? "e-" : "e+")
        + (magnitude.length() < 2 ? "0" : "")
        + magnitude;
  }
}
