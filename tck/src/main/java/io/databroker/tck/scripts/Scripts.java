package io.databroker.tck.scripts;

import io.databroker.api.Capability;
import io.databroker.api.DatabrokerException;
import io.databroker.api.LimitExceededException;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.HungException;
import io.databroker.tck.engine.Violation;
import io.databroker.tck.text.Texts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs script after script for a share of the budget, and fails with the first that violates the
 * contract, shrunk and printed as Java.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
public final class Scripts {
  private static final Duration LONGEST_SHRINKING = Duration.ofSeconds(10);
  private static final long LEAST_NANOS = 2_000_000_000L;
  private static final int FEWEST_STEPS = 20;
  private static final int MOST_STEPS = 140;

  private final Bench bench;
  private final SplittableRandom random;
  private int places = 1_000; // the first seeds belong to other tests
  private int scripts;
  private long steps;

  /** The time at which a script ends early, so that no long one exceeds the budget by far. */
  private long deadline = Long.MAX_VALUE;

  /** Prepares the scripts of the bench's seed. */
  public Scripts(Bench bench) {
    this.bench = bench;
    this.random = new SplittableRandom(bench.tuning.seed());
  }

  /** A failed run of a script. */
  private record Failure(Mismatch mismatch, int ran, List<String> java) {}

  /** Runs scripts for that long, but at least one. */
  public void run(Duration share) throws InterruptedException {
    long start = System.nanoTime();
    deadline = start + Math.max(2 * share.toNanos(), LEAST_NANOS);
    try {
      while (scripts == 0 || System.nanoTime() - start < share.toNanos()) {
        Generator generator =
            new Generator(random.split(), bench.limits(), bench.has(Capability.TURNABLE_CLOCK));
        List<Step> script = generator.script(random.nextInt(FEWEST_STEPS, MOST_STEPS));
        scripts++;
        @Nullable Failure failure = run(script);
        if (failure != null) {
          throw report(script, failure);
        }
        steps += script.size();
      }
    } finally {
      bench.report(
          "scripts",
          Texts.format("%d scripts, %d steps, seed %d", scripts, steps, bench.tuning.seed()));
    }
  }

  private @Nullable Failure run(List<Step> script) throws InterruptedException {
    int place = places++;
    int ran = 0;
    @Nullable Session session = null;
    String doing = "the open";
    try {
      session = new Session(bench, place);
      for (Step step : script) {
        if (System.nanoTime() - deadline > 0) {
          break;
        }
        doing = step.getClass().getSimpleName();
        ran++;
        session.run(step);
      }
      doing = "the end of the script";
      session.end();
      session.close();
    } catch (Mismatch mismatch) {
      return failure(session, mismatch, ran);
    } catch (HungException hung) {
      throw hung;
    } catch (RuntimeException | Error e) {
      return failure(session, unexpected(doing, ran == 0 ? null : script.get(ran - 1), e), ran);
    } finally {
      Thread.interrupted();
      bench.delete(place);
    }
    return null;
  }

  private Failure failure(@Nullable Session session, Mismatch mismatch, int ran) {
    List<String> java = session == null ? List.of() : List.copyOf(session.java());
    if (session != null) {
      try {
        session.close();
      } catch (RuntimeException | Error e) {
        mismatch.addSuppressed(e);
      }
    }
    return new Failure(mismatch, ran, java);
  }

  private static Mismatch unexpected(String doing, @Nullable Step step, Throwable failure) {
    boolean limit = failure instanceof LimitExceededException;
    String rule = limit ? "LIMIT-1" : "ERR-1";
    if ((failure instanceof DatabrokerException && !limit) || failure instanceof AssertionError) {
      rule = step == null ? "OPEN-1" : ruleOf(step);
    }
    return new Mismatch(rule, doing + " must not fail, but did with " + failure, failure);
  }

  private static String ruleOf(Step step) {
    return switch (step.getClass().getSimpleName()) {
      case "Get" -> "GET-1";
      case "ListTypes", "Mutate" -> "LIST-1";
      case "ReadOptions", "SetOptions" -> "OPT-1";
      case "OpenSnapshot", "ReadSnapshot" -> "SNAP-1";
      case "CloseSnapshot" -> "SNAP-8";
      case "OpenFeed", "Poll", "Drain" -> "FEED-1";
      case "OnReady" -> "FEED-8";
      case "CloseFeed" -> "FEED-13";
      case "Acquire" -> "LEASE-1";
      case "Renew" -> "LEASE-3";
      case "Release" -> "LEASE-6";
      case "Expire" -> "TTL-1";
      case "Trim" -> "TRIM-1";
      case "Clear" -> "CLEAR-1";
      case "SetCheckpoint" -> "CHECK-1";
      case "Reopen" -> "CLOSE-1";
      default -> "PUT-1";
    };
  }

  private Violation report(List<Step> script, Failure failure) throws InterruptedException {
    List<Step> small = new ArrayList<>(script.subList(0, failure.ran()));
    Failure last = failure;
    long until = System.nanoTime() + LONGEST_SHRINKING.toNanos();
    deadline = until;
    for (int size = Math.max(1, small.size() / 2); size >= 1; size /= 2) {
      for (int from = small.size() - size; from >= 0; from -= size) {
        if (System.nanoTime() > until) {
          break;
        }
        List<Step> fewer = new ArrayList<>(small);
        fewer.subList(from, Math.min(fewer.size(), from + size)).clear();
        @Nullable Failure again = run(fewer);
        if (again != null && again.mismatch().rule().equals(failure.mismatch().rule())) {
          small = new ArrayList<>(fewer.subList(0, again.ran()));
          last = again;
          from = Math.min(from, small.size());
        }
      }
    }
    Mismatch mismatch = last.mismatch();
    String text =
        Texts.format(
            "Seen: %s%nIn script %d of seed %d; %d of its %d steps show it:%n%n%s%n",
            mismatch.words(),
            scripts,
            bench.tuning.seed(),
            small.size(),
            script.size(),
            last.java().stream()
                .map(line -> "    " + line + "\n")
                .collect(Collectors.joining("", "", "    // here\n")));
    return Violation.found(mismatch.rules(), bench.tuning, text, mismatch);
  }
}
