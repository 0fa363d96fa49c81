package io.databroker.server.cli;

import io.databroker.host.BackendConfig;
import io.databroker.server.config.Secrets;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * Name of a store: {@code HOST:PORT} of a server, or a backend with its settings, such as {@code
 * offheap:directory=data,durability=disk}.
 *
 * @param text the name as given
 * @param server the address, or null if a backend is named
 * @param backend the backend, or null if a server is named
 */
record EndSpec(String text, @Nullable Address server, @Nullable BackendConfig backend) {
  static final String LABEL = "STORE";

  /** A comma is part of a value unless another setting follows it. */
  private static final String SEPARATOR = ",(?=[A-Za-z][A-Za-z0-9]*=)";

  /** Returns the name without secrets. */
  String shown() {
    return shown(text);
  }

  private static String shown(String text) {
    int colon = text.indexOf(':');
    return text.substring(0, colon + 1)
        + Stream.of(text.substring(colon + 1).split(SEPARATOR, -1))
            .map(Secrets::shownPair)
            .collect(Collectors.joining(","));
  }

  static EndSpec parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon >= 0 && text.substring(colon + 1).matches("[0-9]+") && !text.contains("=")) {
      return new EndSpec(text, Address.parse(text), null);
    }
    int first = text.indexOf(':');
    String name = first < 0 ? text : text.substring(0, first);
    if (!name.matches("[A-Za-z][A-Za-z0-9_.-]*")) {
      throw wrong(text);
    }
    BackendConfig config = BackendConfig.of(name);
    String settings = first < 0 ? "" : text.substring(first + 1);
    for (String setting : settings.split(SEPARATOR, -1)) {
      int equals = setting.indexOf('=');
      if (equals > 0) {
        config = config.with(setting.substring(0, equals), setting.substring(equals + 1));
      } else if (!settings.isEmpty()) {
        throw wrong(text);
      }
    }
    return new EndSpec(text, null, config);
  }

  private static TypeConversionException wrong(String text) {
    return new TypeConversionException(
        "'"
            + shown(text)
            + "' is not a store; give HOST:PORT of a server, or a backend such as"
            + " offheap:directory=data");
  }
}
