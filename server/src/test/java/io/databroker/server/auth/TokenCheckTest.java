package io.databroker.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.server.auth.TokenCheck.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCheckTest {
  private static final byte[] KEY = key(1);
  private static final byte[] OTHER = key(2);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  private static byte[] key(int seed) {
    byte[] key = new byte[32];
    java.util.Arrays.fill(key, (byte) seed);
    return key;
  }

  private static Clock at(Instant instant) {
    return Clock.fixed(instant, ZoneOffset.UTC);
  }

  private static SharedKeys keys(byte[]... keys) throws AccessException {
    StringBuilder text = new StringBuilder();
    for (byte[] key : keys) {
      text.append(Base64.getEncoder().encodeToString(key)).append(' ');
    }
    return SharedKeys.ofVariable("KEYS", text.toString(), false);
  }

  /** Builds a token by hand, because libraries do not build invalid ones. */
  private static String token(String header, String claims, byte[] key) throws Exception {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String signed =
        base64.encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return signed
        + "."
        + base64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }

  private static String good(byte[] key) throws Exception {
    long exp = NOW.getEpochSecond() + 60;
    return token("{\"alg\":\"HS256\"}", "{\"exp\":" + exp + "}", key);
  }

  @Test
  void deeplyNestedOrHugeTokensAreInvalid() throws Exception {
    TokenCheck check = new TokenCheck(keys(KEY), at(NOW));
    for (String open : List.of("[", "{\"a\":")) {
      String nested = "{\"alg\":\"HS256\",\"x\":" + open.repeat(1_400 / open.length());
      assertThat(check.check(token(nested, "{}", KEY))).isEqualTo(TokenCheck.Verdict.INVALID);
      assertThat(check.check(token("{\"alg\":\"HS256\"}", nested, KEY)))
          .isEqualTo(TokenCheck.Verdict.INVALID);
    }
    String huge = "{\"exp\":" + "9".repeat(3_000) + "}";
    assertThat(check.check(token("{\"alg\":\"HS256\"}", huge, KEY)))
        .isEqualTo(TokenCheck.Verdict.INVALID);
  }

  @Test
  void aTokenIsGoodUntilItExpires() throws Exception {
    String token = good(KEY);
    assertThat(new TokenCheck(keys(KEY), at(NOW)).check(token)).isEqualTo(Verdict.FULL);
    TokenCheck later = new TokenCheck(keys(KEY), at(NOW.plusSeconds(60)));
    assertThat(later.check(token)).isEqualTo(Verdict.EXPIRED);
    String own = new TokenSigner(KEY, at(NOW)).token();
    assertThat(new TokenCheck(keys(KEY), at(NOW)).check(own)).isEqualTo(Verdict.FULL);
  }

  @ParameterizedTest
  @CsvSource({"-1,FULL", "60,FULL", "60.5,INVALID", "1e300,INVALID", "null,INVALID"})
  void aTokenIsNotGoodBeforeItBegins(String after, Verdict expected) throws Exception {
    long now = NOW.getEpochSecond();
    String begin =
        after.equals("null") ? "\"x\"" : Double.toString(now + Double.parseDouble(after));
    String claims = "{\"exp\":" + (now + 60) + ",\"nbf\":" + begin + "}";
    TokenCheck check = new TokenCheck(keys(KEY), at(NOW));
    assertThat(check.check(token("{\"alg\":\"HS256\"}", claims, KEY))).isEqualTo(expected);
  }

  @Test
  void anyOfTheKeysIsGoodAndOneThatIsGoneIsNot() throws Exception {
    TokenCheck check = new TokenCheck(keys(KEY, OTHER), at(NOW));
    assertThat(check.check(good(KEY))).isEqualTo(Verdict.FULL);
    assertThat(check.check(good(OTHER))).isEqualTo(Verdict.FULL);
    check.use(keys(OTHER));
    assertThat(check.check(good(KEY))).isEqualTo(Verdict.INVALID);
    assertThat(check.check(good(OTHER))).isEqualTo(Verdict.FULL);
    SharedKeys readOnly =
        SharedKeys.ofVariable("KEYS", Base64.getEncoder().encodeToString(KEY), true);
    check.use(keys(OTHER).and(readOnly));
    assertThat(check.check(good(KEY))).isEqualTo(Verdict.READ_ONLY);
  }

  @Test
  void aVerifiedTokenIsRememberedWithinBounds() throws Exception {
    TokenCheck check = new TokenCheck(keys(KEY), at(NOW));
    String first = good(KEY);
    for (int i = 0; i < 3 * TokenCheck.REMEMBERED; i += 500) {
      String claims = "{\"exp\":" + (NOW.getEpochSecond() + 60 + i) + "}";
      assertThat(check.check(token("{\"alg\":\"HS256\"}", claims, KEY))).isEqualTo(Verdict.FULL);
      assertThat(check.check(first)).isEqualTo(Verdict.FULL);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{\"alg\":\"none\"}",
        "{\"alg\":\"HS512\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "{}",
        "[]",
        "nothing"
      })
  void aHeaderOfAnotherKindIsRefused(String header) throws Exception {
    long exp = NOW.getEpochSecond() + 60;
    String token = token(header, "{\"exp\":" + exp + "}", KEY);
    TokenCheck check = new TokenCheck(keys(KEY), at(NOW));
    assertThat(check.check(token)).isEqualTo(Verdict.INVALID);
    String unsigned = token.substring(0, token.lastIndexOf('.') + 1);
    assertThat(check.check(unsigned)).isEqualTo(Verdict.INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{\"exp\":null}", "{\"exp\":\"soon\"}", "[]", "nothing", "", "{\"exp\":{}}"})
  void claimsWithoutATimeAreRefused(String claims) throws Exception {
    TokenCheck check = new TokenCheck(keys(KEY), at(NOW));
    assertThat(check.check(token("{\"alg\":\"HS256\"}", claims, KEY))).isEqualTo(Verdict.INVALID);
  }

  @Test
  void aTokenThatIsCutForeignOrAltered() throws Exception {
    TokenCheck check = new TokenCheck(keys(KEY), at(NOW));
    String token = good(KEY);
    for (int length = 0; length < token.length(); length++) {
      assertThat(check.check(token.substring(0, length))).isEqualTo(Verdict.INVALID);
    }
    assertThat(check.check(good(OTHER))).isEqualTo(Verdict.INVALID);
    assertThat(check.check(token + "A")).isEqualTo(Verdict.INVALID);
    assertThat(check.check(token + "." + token)).isEqualTo(Verdict.INVALID);
    assertThat(check.check("x".repeat(100_000))).isEqualTo(Verdict.INVALID);
    assertThat(new TokenCheck(SharedKeys.none(), at(NOW)).check(token)).isEqualTo(Verdict.INVALID);
  }

  @Test
  void keysAreReadFromAFileAndNeverShown() throws Exception {
    Path file = folder.resolve("keys");
    String text = Base64.getEncoder().encodeToString(KEY);
    Files.writeString(file, "# for the rotation\n\n" + text + "\r\n" + text + "\n");
    assertThat(SharedKeys.read(file, false).all()).hasSize(2);
    assertThat(SharedKeys.read(file, false).all().toString()).doesNotContain(text);

    String tooShort = text.substring(0, 20);
    Files.writeString(file, text + "\n" + tooShort + "\n");
    assertThatThrownBy(() -> SharedKeys.read(file, false))
        .isInstanceOf(AccessException.class)
        .hasMessageContaining("line 2")
        .hasMessageNotContaining(tooShort);
    Files.writeString(file, "# none\n");
    assertThatThrownBy(() -> SharedKeys.read(file, false)).hasMessageContaining("holds no key");
    assertThatThrownBy(() -> SharedKeys.read(folder.resolve("absent"), false))
        .hasMessageContaining("there is no key file");
  }

  @Test
  void aFileThatChangesIsReadAnewAndABadOneIsNotTaken() throws Exception {
    Path file = folder.resolve("keys");
    Files.writeString(file, Base64.getEncoder().encodeToString(KEY));
    List<Path> files = List.of(file);
    String used = FileWatch.fingerprint(files);
    TokenCheck check = new TokenCheck(SharedKeys.read(file, false), at(NOW));
    try (FileWatch watch =
        new FileWatch("the keys", files, used, () -> check.use(SharedKeys.read(file, false)))) {
      Files.writeString(file, "no key");
      watch.look();
      assertThat(check.check(good(KEY))).isEqualTo(Verdict.FULL);
      Files.writeString(file, Base64.getEncoder().encodeToString(OTHER));
      watch.look();
      assertThat(check.check(good(KEY))).isEqualTo(Verdict.INVALID);
      assertThat(check.check(good(OTHER))).isEqualTo(Verdict.FULL);
    }
  }

  @Test
  void oddHeadersNeverThrow() throws Exception {
    TokenCheck check = new TokenCheck(keys(KEY), at(NOW));
    String[] names = {
      "alg", "typ", "cty", "crit", "jku", "jwk", "x5u", "x5t", "x5t#S256", "x5c", "kid", "b64",
      "enc", "zip", "epk", "apu", "p2s", "p2c", "iv", "tag", "iss", "url", "nonce", "trust_chain"
    };
    String[] values = {
      "null",
      "true",
      "7",
      "-1e999",
      "\"\"",
      "\"%%%\"",
      "[]",
      "[null]",
      "[7]",
      "[\"\"]",
      "[\"exp\"]",
      "{}",
      "{\"kty\":null}",
      "{\"kty\":\"oct\"}",
      "{\"kty\":\"oct\",\"k\":\"\"}",
      "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
      "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}",
      "{\"kty\":\"OKP\",\"crv\":\"\",\"x\":\"\"}",
      "{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQ\",\"oth\":[null],\"d\":\"\"}"
    };
    for (String name : names) {
      for (String value : values) {
        String header = "{\"alg\":\"HS256\",\"" + name + "\":" + value + "}";
        assertThatCode(() -> check.check(token(header, "{\"exp\":9}", KEY)))
            .as(header)
            .doesNotThrowAnyException();
      }
    }
    for (String text :
        new String[] {"", ".", "..", "...", "a.b", "....", " . . ", "\u0000.\u0000."}) {
      assertThat(check.check(text)).isEqualTo(Verdict.INVALID);
    }
  }

  @Test
  void aFileThatChangesBeforeTheFirstCheckIsReadAnew() throws Exception {
    Path file = folder.resolve("keys");
    Files.writeString(file, Base64.getEncoder().encodeToString(KEY));
    List<Path> files = List.of(file);
    String used = FileWatch.fingerprint(files);
    TokenCheck check = new TokenCheck(SharedKeys.read(file, false), at(NOW));
    Files.writeString(file, Base64.getEncoder().encodeToString(OTHER)); // while the store opens
    try (FileWatch watch =
        new FileWatch("the keys", files, used, () -> check.use(SharedKeys.read(file, false)))) {
      watch.look();
      assertThat(check.check(good(OTHER))).isEqualTo(Verdict.FULL);
    }
  }

  @Test
  void aClientSignsAnewInTime() {
    java.util.concurrent.atomic.AtomicReference<Instant> now =
        new java.util.concurrent.atomic.AtomicReference<>(NOW);
    Clock clock =
        new Clock() {
          @Override
          public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now.get();
          }
        };
    TokenSigner signer = new TokenSigner(KEY, clock);
    String first = signer.token();
    assertThat(signer.token()).isSameAs(first);
    now.set(NOW.plus(Duration.ofMinutes(3)));
    assertThat(signer.token()).isNotEqualTo(first);
  }
}
