package io.databroker.postgres;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps log messages about expected faults out of the build's output. */
final class Quiet {
  private static final List<Logger> KEPT =
      List.of("org.flywaydb", "com.zaxxer.hikari", "org.postgresql", "io.zonky", "io.databroker")
          .stream()
          .map(Logger::getLogger)
          .toList();

  private Quiet() {}

  static void libraries() {
    KEPT.forEach(logger -> logger.setLevel(Level.OFF));
  }
}
