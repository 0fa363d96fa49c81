package io.databroker.tck.run;

import io.databroker.tck.engine.CommandNemesis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Commands of the command line that inject and heal faults. */
final class Commands {
  private Commands() {}

  /**
   * Joins the commands of each name.
   *
   * @throws UsageException if one is missing or blank
   */
  static List<CommandNemesis> of(Map<String, String> faults, Map<String, String> cures) {
    List<CommandNemesis> commands = new ArrayList<>();
    faults.forEach(
        (name, fault) -> {
          String cure = cures.get(name);
          if (cure == null) {
            throw new UsageException(
                "--fault " + name + ": give --heal " + name + "=COMMAND too, which ends the fault");
          }
          check("--fault", name, fault);
          check("--heal", name, cure);
          commands.add(new CommandNemesis(name, fault, cure));
        });
    for (String name : cures.keySet()) {
      if (!faults.containsKey(name)) {
        throw new UsageException("--heal " + name + ": there is no --fault of that name");
      }
    }
    return commands;
  }

  private static void check(String option, String name, String command) {
    if (name.isBlank() || command.isBlank()) {
      throw new UsageException(option + " \"" + name + "\": give NAME=COMMAND");
    }
  }
}
