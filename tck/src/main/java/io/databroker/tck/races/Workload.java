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
 * @param operations the least number of operations of each client in a round
 * @param most the largest number of operations of a client. A client continues while other clients
 *     have not made their least number
 * @param clients the script of each client
 * @param types the types of the markers, which typed followers follow
 * @param followers the number of feed readers that run with the clients
 * @param feedIsWhole whether the feed holds all changes at the end, without a clear or a trim
 * @param beside an action that another thread repeats until the clients are done
 * @param goesOn whether a round continues with the state after the previous round, without another
 *     setup
 */
public record Workload(
    String name,
    Consumer<Backend> setup,
    int operations,
    int most,
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
        3 * operations,
        java.util.Collections.nCopies(clients, script),
        List.of("t0"),
        0,
        true,
        null,
        false);
  }

  public Workload setUpBy(Consumer<Backend> other) {
    return new Workload(
        name, other, operations, most, clients, types, followers, feedIsWhole, beside, goesOn);
  }

  public Workload followedBy(int feeds, String... ofTypes) {
    return new Workload(
        name,
        setup,
        operations,
        most,
        clients,
        List.of(ofTypes),
        feeds,
        feedIsWhole,
        beside,
        goesOn);
  }

  public Workload losingHistory() {
    return new Workload(
        name, setup, operations, most, clients, types, followers, false, beside, goesOn);
  }

  public Workload beside(Consumer<Backend> other) {
    return new Workload(
        name, setup, operations, most, clients, types, followers, feedIsWhole, other, goesOn);
  }

  /** Returns a workload whose rounds continue with the state after the round before. */
  public Workload goingOn() {
    return new Workload(
        name, setup, operations, most, clients, types, followers, feedIsWhole, beside, true);
  }

  /** Returns such a workload with a different script for each client. */
  public Workload by(List<Script> others) {
    return new Workload(
        name, setup, operations, most, others, types, followers, feedIsWhole, beside, goesOn);
  }

  /** Returns such a workload in which clients may make up to that many calls. */
  public Workload atMost(int operationsOfAClient) {
    return new Workload(
        name,
        setup,
        operations,
        operationsOfAClient,
        clients,
        types,
        followers,
        feedIsWhole,
        beside,
        goesOn);
  }
}
