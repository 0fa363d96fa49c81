package io.databroker.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends a token with each call of a client. It signs the token with a shared key, and reuses it
 * while it stays valid for long enough.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class TokenSigner implements ClientInterceptor {
  private static final Duration GOOD_FOR = Duration.ofMinutes(5);

  /** Name of the user, for the audit log of the server. */
  private static final String SUBJECT = System.getProperty("user.name", "unknown");

  private record Signed(String token, long renewAtMillis) {}

  private final MACSigner signer;
  private final Clock clock;
  private volatile @Nullable Signed last;

  /** Signs with that key, of 32 bytes. */
  public TokenSigner(byte[] key, Clock clock) {
    this.clock = clock;
    try {
      this.signer = new MACSigner(key);
    } catch (JOSEException e) {
      throw new IllegalArgumentException("a key has 32 bytes", e);
    }
  }

  /** Returns a new token that is valid for that long. */
  public String token(Duration validity) {
    return sign(clock.instant().plus(validity).toEpochMilli());
  }

  /** Returns a token that is valid for some minutes. */
  public String token() {
    long now = clock.millis();
    Signed known = last;
    if (known == null || now >= known.renewAtMillis) {
      known = new Signed(sign(now + GOOD_FOR.toMillis()), now + GOOD_FOR.toMillis() / 2);
      last = known;
    }
    return known.token;
  }

  private String sign(long expiresAtMillis) {
    JWSObject token =
        new JWSObject(
            new JWSHeader(JWSAlgorithm.HS256),
            new Payload(Map.of("exp", expiresAtMillis / 1_000, "sub", SUBJECT)));
    try {
      token.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("every JVM has HmacSHA256", e);
    }
    return token.serialize();
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        headers.put(CallerCheck.TOKEN, token());
        super.start(listener, headers);
      }
    };
  }
}
