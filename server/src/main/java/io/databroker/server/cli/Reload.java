package io.databroker.server.cli;

import io.databroker.api.DatabrokerException;
import io.databroker.host.Databroker;
import io.databroker.server.log.Logging;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Reads the configuration anew and applies the values that can change while the server runs: the
 * options of types, the level of the log, and the limit of slow calls. The log names changes that
 * need a restart.
 *
 * <p>If the new configuration has an error, all former values stay in force.
 */
final class Reload implements Runnable {
  /** Keys whose values can change while the server runs. */
  private static final Set<String> LIVE = Set.of("options", "log-level", "log-slow-calls");

  private final Databroker broker;
  private final ServeLogs logs;
  private final Logging log;
  private final ServeCommand command;
  private final Map<String, List<String>> started;
  private final Supplier<ServeConfiguration> again;

  Reload(ServeConfiguration inForce, Databroker broker, ServeLogs logs, Logging log) {
    this.logs = logs;
    this.broker = broker;
    this.log = log;
    this.command = inForce.command();
    this.started = inForce.configuration().texts();
    this.again = inForce.again();
  }

  @Override
  public void run() {
    try {
      ServeConfiguration next = again.get();
      List<Exception> problems = new ArrayList<>(next.problems());
      next.command().keepProfile(command);
      ServeSetup setup = next.command().setup(problems);
      if (!problems.isEmpty()) {
        problems.forEach(problem -> refused(String.valueOf(problem.getMessage())));
        return;
      }
      broker.keepOptions(setup.options());
      logs.follow(next.command().logs(), log);
      log.event("the configuration was read anew");
      Set<String> later = changed(next.configuration().texts());
      if (!later.isEmpty()) {
        log.event("changed, and in force after a restart only: " + String.join(", ", later));
      }
    } catch (DatabrokerException e) {
      refused(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      refused(e.toString());
    }
  }

  private void refused(String problem) {
    log.warning("the configuration was not changed, the former stays in force: " + problem);
  }

  private Set<String> changed(Map<String, List<String>> now) {
    Set<String> keys = new HashSet<>(started.keySet());
    keys.addAll(now.keySet());
    keys.removeIf(
        key ->
            LIVE.contains(key)
                || started.getOrDefault(key, List.of()).equals(now.getOrDefault(key, List.of())));
    return new TreeSet<>(keys);
  }
}
