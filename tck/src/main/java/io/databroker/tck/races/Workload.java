package io.databroker.tck.races;

import io.databroker.api.Backend;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Operations of concurrent clients, round after round.
 *
 * @param name its description
 * @param setup prepares the empty backend of a round
 * @param operations the number of operations of each client in a round
 * @param clients the script of each client
 * @param types the types of the markers, which typed followers follow
 * @param followers the number of feed readers beside the clients
 * @param feedIsWhole whether the feed holds all changes at the end, without a clear or a trim
 * @param beside repeated by one more thread until the clients are done
 * @param goesOn whether a round continues with the state after the round before, without another
 *     setup
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

  /** Returns a workload of that many clients with the same script. */
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

  /** Returns a workload whose rounds continue with the state after the round before. */
  public Workload goingOn() {
    return new Workload(
        name, setup, operations, clients, types, followers, feedIsWhole, beside, true);
  }

  /** Returns such a workload with a different script for each client. */
  public Workload by(List<Script> others) {
    return new Workload(
        name, setup, operations, others, types, followers, feedIsWhole, beside, goesOn);
  }
}
