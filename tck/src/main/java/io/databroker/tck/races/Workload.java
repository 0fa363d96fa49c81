package io.databroker.tck.races;

import io.databroker.api.Backend;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Operations of concurrent clients, round after round.
 *
 * @param name its description
 * @param setup prepares the backend of a round, which is empty
 * @param operations of each client in a round
 * @param clients what each of them does
 * @param types those that the markers are written to, and that typed followers follow
 * @param followers how many read feeds beside them
 * @param feedIsWhole whether the feed holds all at the end: nothing clears and nothing trims
 * @param beside what one more thread does over and over until the clients are done
 * @param goesOn whether a round begins with what the one before has left, without another setup
 */
public record Workload(
    String name,
    Consumer<Backend> setup,
    int operations,
    List<Script> clients,
    List<String> types,
    int followers,
    boolean feedIsWhole,
    @Nullable Consumer<Backend> beside,
    boolean goesOn) {

  /** A workload of that many clients that all do the same. */
  public static Workload of(String name, int clients, int operations, Script script) {
    return new Workload(
        name,
        backend -> {},
        operations,
        java.util.Collections.nCopies(clients, script),
        List.of("t0"),
        0,
        true,
        null,
        false);
  }

  public Workload setUpBy(Consumer<Backend> other) {
    return new Workload(
        name, other, operations, clients, types, followers, feedIsWhole, beside, goesOn);
  }

  public Workload followedBy(int feeds, String... ofTypes) {
    return new Workload(
        name, setup, operations, clients, List.of(ofTypes), feeds, feedIsWhole, beside, goesOn);
  }

  public Workload losingHistory() {
    return new Workload(name, setup, operations, clients, types, followers, false, beside, goesOn);
  }

  public Workload beside(Consumer<Backend> other) {
    return new Workload(
        name, setup, operations, clients, types, followers, feedIsWhole, other, goesOn);
  }

  /** The same, but a round begins with what the one before has left. */
  public Workload goingOn() {
    return new Workload(
        name, setup, operations, clients, types, followers, feedIsWhole, beside, true);
  }

  /** The same, with clients that do different things. */
  public Workload by(List<Script> others) {
    return new Workload(
        name, setup, operations, others, types, followers, feedIsWhole, beside, goesOn);
  }
}
