package io.databroker.server.console;

import io.databroker.server.auth.CallerCheck;
import io.databroker.server.http.HttpQuestion;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Check of the console's clients.
 *
 * <p>With shared keys, a request for data carries a token. Without keys and without client
 * certificates, the console is on loopback. Then a request has to name loopback as its host:
 * otherwise a web page could read records through a name of its own that resolves to loopback (DNS
 * rebinding).
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class ConsoleAccess {
  private static final String BEARER = "Bearer ";
  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "[::1]");

  private final @Nullable CallerCheck tokens;
  private final boolean certificates;

  /**
   * Creates a check.
   *
   * @param tokens checks tokens; null if there are no keys
   * @param certificates whether every client has presented a certificate
   */
  public ConsoleAccess(@Nullable CallerCheck tokens, boolean certificates) {
    this.tokens = tokens;
    this.certificates = certificates;
  }

  /** Returns why a request for data is refused, or null if it is not. */
  @Nullable Problem refusal(HttpQuestion question) {
    String site = question.header("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return new Problem(403, "other-site", "another web page made this request");
    }
    if (tokens != null) {
      return refusal(tokens, question.header("Authorization"));
    }
    return certificates || isLoopback(question.header("Host"))
        ? null
        : new Problem(
            403,
            "host-not-loopback",
            "without a shared key or client certificates, open the console as 127.0.0.1 or"
                + " localhost");
  }

  private static @Nullable Problem refusal(CallerCheck tokens, @Nullable String header) {
    if (header == null || !header.startsWith(BEARER)) {
      return new Problem(401, "unauthenticated", "sign in with a token");
    }
    return switch (tokens.reading(header.substring(BEARER.length()).strip())) {
      case PERMITTED -> null;
      case EXPIRED ->
          new Problem(401, "token-expired", "the token has expired; sign in with a new one");
      case REFUSED ->
          new Problem(
              401, "unauthenticated", "the token is not valid; sign one with databroker token");
    };
  }

  private static boolean isLoopback(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]+$", "");
    return LOOPBACK.contains(name);
  }
}
