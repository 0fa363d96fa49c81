package io.databroker.server.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens: JWS in compact form, signed HS256 with one of the shared keys. The claim {@code
 * exp} must lie in the future. The claim {@code nbf}, if there is one, must not lie more than
 * {@link #AHEAD} in the future.
 *
 * <p>A verified token is remembered by its text until it expires or the keys change, because a
 * verification takes longer than most calls. About {@link #REMEMBERED} tokens are remembered; the
 * least useful ones are forgotten first.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class TokenCheck {
  /** Time by which the clock of a client may be ahead. */
  private static final Duration AHEAD = Duration.ofMinutes(1);

  static final int REMEMBERED = 10_000;

  /** Far more than the length of such a token. */
  private static final int LONGEST = 2_048;

  /** Outcomes of a check. */
  enum Verdict {
    FULL,
    READ_ONLY,
    EXPIRED,
    INVALID
  }

  private record Verified(long expiresAtMillis, boolean readOnly, @Nullable String subject) {}

  private record Verifier(JWSVerifier verifier, boolean readOnly) {}

  /** The keys and the tokens verified with them, so that both change together. */
  private record Generation(List<Verifier> verifiers, Cache<String, Verified> verified) {
    Generation(List<Verifier> verifiers) {
      this(verifiers, Caffeine.newBuilder().maximumSize(REMEMBERED).build());
    }
  }

  private final Clock clock;
  private volatile Generation current = new Generation(List.of());

  TokenCheck(SharedKeys keys, Clock clock) {
    this.clock = clock;
    use(keys);
  }

  /** Verifies with these keys from now on, and forgets all remembered tokens. */
  void use(SharedKeys keys) {
    List<Verifier> verifiers = new ArrayList<>();
    for (SharedKeys.Key key : keys.all()) {
      try {
        verifiers.add(new Verifier(new MACVerifier(key.bytes()), key.readOnly()));
      } catch (JOSEException e) {
        throw new IllegalStateException("32 bytes are enough for HS256", e);
      }
    }
    current = new Generation(verifiers);
  }

  Verdict check(String token) {
    Generation generation = current;
    long now = clock.millis();
    Verified known = generation.verified.getIfPresent(token);
    if (known == null) {
      known = token.length() > LONGEST ? null : verify(generation, token, now);
      if (known == null) {
        return Verdict.INVALID;
      }
      if (now < known.expiresAtMillis) {
        generation.verified.put(token, known);
      }
    }
    if (now >= known.expiresAtMillis) {
      return Verdict.EXPIRED;
    }
    return known.readOnly ? Verdict.READ_ONLY : Verdict.FULL;
  }

  /** Returns the claim {@code sub} of a token that was verified and is remembered, or null. */
  @Nullable String subject(String token) {
    Verified known = current.verified.getIfPresent(token);
    return known == null ? null : known.subject;
  }

  private static @Nullable Verified verify(Generation generation, String token, long now) {
    try {
      JWSObject signed = JWSObject.parse(token);
      if (!JWSAlgorithm.HS256.equals(signed.getHeader().getAlgorithm())) {
        return null;
      }
      for (Verifier each : generation.verifiers) {
        if (signed.verify(each.verifier)) {
          return claims(signed, each.readOnly, now);
        }
      }
      return null;
    } catch (ParseException | JOSEException | RuntimeException e) {
      return null; // untrusted text may be malformed in any way
    }
  }

  private static @Nullable Verified claims(JWSObject signed, boolean readOnly, long now) {
    Map<String, Object> payload = signed.getPayload().toJSONObject();
    if (payload == null || !(payload.get("exp") instanceof Number expires)) {
      return null;
    }
    Object begins = payload.getOrDefault("nbf", 0);
    if (!(begins instanceof Number begin) || millis(begin) > now + AHEAD.toMillis()) {
      return null;
    }
    String subject = payload.get("sub") instanceof String sub ? sub : null;
    return new Verified(millis(expires), readOnly, subject);
  }

  private static long millis(Number seconds) {
    return (long) (seconds.doubleValue() * 1_000);
  }
}
