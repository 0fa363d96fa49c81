package io.databroker.server.console;

import com.google.gson.JsonElement;
import io.databroker.server.http.HttpAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The page and the headers that confine it. Only the script and the style of the page run, because
 * the policy names them by their hashes, and they can connect to nothing but their own server.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class ConsolePage {
  private static final String FILE = "console.html";

  private static final Map<String, String> HEADERS =
      Map.of(
          "Cache-Control", "no-store",
          "X-Content-Type-Options", "nosniff",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cross-Origin-Opener-Policy", "same-origin");

  private static final String NOTHING_ELSE =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final HttpAnswer answer;

  ConsolePage() {
    String text = read();
    String policy =
        NOTHING_ELSE
            + "; connect-src 'self'; img-src data:; style-src "
            + hash(text, "style")
            + "; script-src "
            + hash(text, "script");
    this.answer = new HttpAnswer(200, "text/html; charset=utf-8", text, headers(policy));
  }

  private static Map<String, String> headers(String policy) {
    Map<String, String> headers = new LinkedHashMap<>(HEADERS);
    headers.put("Content-Security-Policy", policy);
    return headers;
  }

  HttpAnswer answer() {
    return answer;
  }

  static HttpAnswer json(int status, JsonElement json) {
    return new HttpAnswer(
        status, "application/json; charset=utf-8", json.toString(), headers(NOTHING_ELSE));
  }

  private static String read() {
    try (InputStream in = ConsolePage.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the server's jar lacks " + FILE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the hash of the content of the only element of the given name, as a policy names it.
   */
  private static String hash(String page, String element) {
    String begin = "<" + element + ">";
    int from = page.indexOf(begin) + begin.length();
    String content = page.substring(from, page.indexOf("</" + element + ">", from));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
