package io.databroker.server.rpc;

import io.databroker.api.InvalidArgumentException;
import io.databroker.server.payload.MessageTypes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Objects;

/**
 * What the server knows of payloads, and how it answers queries. Without a binding of it, an
 * injector makes the standard one.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param types the message types whose fields can be searched and patched; the backend has to be
 *     open with their {@link MessageTypes#extractor()}
 * @param hintWait how long a query waits for the version that its caller has heard of; 0 or more
 * @param answerBytes how large an answer to a query may be: what the clients take as a message
 */
public record QuerySettings(MessageTypes types, Duration hintWait, int answerBytes) {
  /** What gRPC's clients take unless told otherwise. */
  private static final int CLIENTS_LIMIT = 4 << 20;

  /** Checks that nothing is null or negative. */
  public QuerySettings {
    Objects.requireNonNull(types, "types");
    if (hintWait.isNegative()) {
      throw new InvalidArgumentException("hintWait", hintWait.toString(), "give 0 or more");
    }
    if (answerBytes < 0) {
      throw new InvalidArgumentException(
          "answerBytes", Integer.toString(answerBytes), "give 0 or more");
    }
  }

  /** The well-known types, a second, and the four MiB that gRPC's clients take. */
  @Inject
  public QuerySettings() {
    this(MessageTypes.wellKnown(), Duration.ofSeconds(1), CLIENTS_LIMIT);
  }

  /** The same with another wait for versions that callers have heard of. */
  public QuerySettings withHintWait(Duration other) {
    return new QuerySettings(types, other, answerBytes);
  }

  /** The same with other types. */
  public QuerySettings withTypes(MessageTypes other) {
    return new QuerySettings(other, hintWait, answerBytes);
  }
}
