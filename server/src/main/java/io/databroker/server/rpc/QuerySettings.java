package io.databroker.server.rpc;

import io.databroker.api.InvalidArgumentException;
import io.databroker.server.payload.MessageTypes;
import java.time.Duration;
import java.util.Objects;

/**
 * Settings of queries: the known message types, the wait for a version, and the size of answers.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param types the message types whose fields can be searched and patched; the backend has to be
 *     open with their {@link MessageTypes#extractor()}
 * @param hintWait how long a query waits for the version that its request names; 0 or more
 * @param answerBytes the largest size of an answer: the largest message that the clients accept
 */
public record QuerySettings(MessageTypes types, Duration hintWait, int answerBytes) {
  /** Largest message that gRPC's clients accept by default. */
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

  /**
   * Creates the standard settings: the well-known types, a wait of one second, and answers of 4
   * MiB.
   */
  public QuerySettings() {
    this(MessageTypes.wellKnown(), Duration.ofSeconds(1), CLIENTS_LIMIT);
  }

  /** Returns a copy with another wait for the version that a request names. */
  public QuerySettings withHintWait(Duration other) {
    return new QuerySettings(types, other, answerBytes);
  }

  /** Returns a copy with other types. */
  public QuerySettings withTypes(MessageTypes other) {
    return new QuerySettings(other, hintWait, answerBytes);
  }
}
