package io.databroker.tck.history;

import io.databroker.tck.history.LeaseCall.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks the answers to lease calls. Every finding is certain: it holds at any instant between call
 * and return at which the calls may have taken effect.
 */
public final class LeaseCheck {
  private final List<LeaseCall> calls;
  private final List<LeaseCall> grants;
  private final Duration margin;

  private LeaseCheck(List<LeaseCall> calls, Duration margin) {
    this.calls = calls;
    this.margin = margin;
    this.grants =
        calls.stream()
            .filter(call -> call.kind() == Kind.ACQUIRE && call.granted())
            .sorted(Comparator.comparingLong(LeaseCall::token))
            .toList();
  }

  /** Returns the first problem, or null. Renewals must not shorten a holding. */
  public static @Nullable String problem(List<LeaseCall> calls, Duration margin) {
    LeaseFinding finding = finding(new Holdings(calls, margin));
    return finding == null ? null : finding.words();
  }

  /** Returns the first violation, or null. */
  static @Nullable LeaseFinding finding(Holdings holdings) {
    LeaseCheck check = new LeaseCheck(holdings.calls(), holdings.margin());
    LeaseFinding finding = check.tokens();
    for (int i = 0; i < holdings.calls().size() && finding == null; i++) {
      finding = check.answer(holdings.calls().get(i));
    }
    return finding;
  }

  private static LeaseFinding found(String violation, LeaseCall... calls) {
    return new LeaseFinding(violation, List.of(calls));
  }

  /** Checks that tokens are unique and rise, and that a name has one holder. */
  private @Nullable LeaseFinding tokens() {
    for (int i = 0; i < grants.size(); i++) {
      LeaseCall grant = grants.get(i);
      if (grant.token() <= 0) {
        return found("a token is not greater than 0", grant);
      }
      for (int j = i + 1; j < grants.size(); j++) {
        LeaseCall later = grants.get(j);
        if (later.token() == grant.token()) {
          return found("two holdings have one token", grant, later);
        }
        if (later.ended() < grant.began()) {
          return found("a later holding has a smaller token", later, grant);
        }
        if (later.name().equals(grant.name()) && surelyLasts(grant, later)) {
          return found("granted while another holding lasts", grant, later);
        }
      }
    }
    return null;
  }

  /** Returns whether a holding surely lasts to the end of a later call. */
  private boolean surelyLasts(LeaseCall grant, LeaseCall later) {
    Instant end = Objects.requireNonNull(grant.expiresAt());
    for (LeaseCall call : calls) {
      if (call.token() == grant.token() && call.granted()) {
        if (call.kind() == Kind.RELEASE && call.began() < later.ended()) {
          return false;
        }
        Instant renewed = call.expiresAt();
        if (renewed != null && call.ended() < later.began() && renewed.isAfter(end)) {
          end = renewed;
        }
      }
    }
    return later.latest().isBefore(end);
  }

  private @Nullable LeaseFinding answer(LeaseCall call) {
    if (call.kind() == Kind.ACQUIRE) {
      return call.granted() || mayBeHeld(call) ? null : found("refused, but surely free", call);
    }
    LeaseCall grant = grantOf(call);
    if (call.granted()) {
      return grant == null || surelyEnded(grant, call)
          ? found("renewed or released by a token whose holding is certainly over", call)
          : null;
    }
    return grant != null && grant.ended() < call.began() && surelyLasts(grant, call)
        ? found("not renewed or released, although the holding of its token certainly lasts", call)
        : null;
  }

  private @Nullable LeaseCall grantOf(LeaseCall call) {
    return grants.stream()
        .filter(grant -> grant.token() == call.token() && grant.name().equals(call.name()))
        .findFirst()
        .orElse(null);
  }

  /** Returns whether some holding may have lasted at some instant of the call. */
  private boolean mayBeHeld(LeaseCall call) {
    return grants.stream()
        .anyMatch(
            grant ->
                grant.name().equals(call.name())
                    && grant.began() < call.ended()
                    && !surelyFree(grant, call));
  }

  private boolean surelyFree(LeaseCall grant, LeaseCall call) {
    return released(grant, call) || !call.earliest().isBefore(lastEnd(grant).plus(margin));
  }

  private boolean surelyEnded(LeaseCall grant, LeaseCall call) {
    return released(grant, call) || !call.earliest().isBefore(lastEnd(grant, call));
  }

  /** Returns whether a release of the holding had returned before the call began. */
  private boolean released(LeaseCall grant, LeaseCall call) {
    return calls.stream()
        .anyMatch(
            release ->
                release.kind() == Kind.RELEASE
                    && release.granted()
                    && release.token() == grant.token()
                    && release.ended() < call.began());
  }

  /** Returns the latest end of a holding. */
  private Instant lastEnd(LeaseCall grant) {
    return lastEnd(grant, null);
  }

  private Instant lastEnd(LeaseCall grant, @Nullable LeaseCall butFor) {
    Instant end = Objects.requireNonNull(grant.expiresAt());
    for (LeaseCall call : calls) {
      Instant renewed = call.expiresAt();
      if (!call.equals(butFor)
          && call.token() == grant.token()
          && renewed != null
          && renewed.isAfter(end)) {
        end = renewed;
      }
    }
    return end;
  }
}
