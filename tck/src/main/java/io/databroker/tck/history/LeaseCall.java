package io.databroker.tck.history;

import io.databroker.tck.text.Texts;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Call about a lease, with its answer.
 *
 * @param kind the kind of call
 * @param began clock of the history before the call
 * @param ended clock of the history after the return
 * @param earliest clock of the backend before the call
 * @param latest clock of the backend after the return
 * @param name the name of the lease
 * @param token the granted token, or the token of the renewal or release; 0 if none was granted
 * @param granted whether the lease was granted, renewed or released
 * @param expiresAt the end in the answer, if any
 */
public record LeaseCall(
    Kind kind,
    long began,
    long ended,
    Instant earliest,
    Instant latest,
    String name,
    long token,
    boolean granted,
    @Nullable Instant expiresAt) {

  /** Returns the same call with other readings of the backend's clock. */
  public LeaseCall at(Instant before, Instant after) {
    return new LeaseCall(kind, began, ended, before, after, name, token, granted, expiresAt);
  }

  /** Returns the call, its answer, and the reading of the backend's clock. */
  String words() {
    String answer =
        kind == Kind.ACQUIRE
            ? granted ? "granted, token " + token : "refused"
            : granted ? "done" : "refused";
    return Texts.format(
        "%s %s%s -> %s%s (called at %s%s)",
        kind.name().toLowerCase(Locale.ROOT),
        name,
        kind == Kind.ACQUIRE ? "" : " by token " + token,
        answer,
        expiresAt == null ? "" : " until " + expiresAt,
        earliest,
        latest.equals(earliest) ? "" : " to " + latest);
  }

  /** Kind of call. */
  public enum Kind {
    /** Call of acquireLease. */
    ACQUIRE,
    /** Call of renewLease. */
    RENEW,
    /** Call of releaseLease. */
    RELEASE
  }
}
