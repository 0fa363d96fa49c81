package io.databroker.host;

import io.databroker.api.BackendProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Collections;
import java.util.Optional;

/** Finds the jar or folder that a provider came from, for messages. */
final class Origin {
  private static final String SERVICE_FILE = "META-INF/services/" + BackendProvider.class.getName();

  private Origin() {}

  /** Returns the jar or folder of a class, if its class loader provides it. */
  static Optional<String> of(Class<?> type) {
    return Optional.ofNullable(type.getProtectionDomain().getCodeSource())
        .map(CodeSource::getLocation)
        .map(Origin::readable);
  }

  /**
   * Returns the jar or folder of the service file that belongs to a problem: the problem names the
   * file or a class listed in it.
   */
  static Optional<String> ofServiceFile(String problem, ClassLoader loader) {
    try {
      for (URL file : Collections.list(loader.getResources(SERVICE_FILE))) {
        if (problem.contains(file.toString()) || namesWhat(problem, file)) {
          String text = file.toString();
          return Optional.of(
              readable(new URL(text.substring(0, text.length() - SERVICE_FILE.length()))));
        }
      }
    } catch (IOException e) {
      return Optional.empty(); // the problem itself is reported anyway
    }
    return Optional.empty();
  }

  private static boolean namesWhat(String problem, URL file) throws IOException {
    URLConnection connection = file.openConnection();
    connection.setUseCaches(false); // otherwise the jar stays open
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.replaceFirst("#.*", "").strip())
          .anyMatch(
              line ->
                  !line.isEmpty()
                      && (problem.contains(line) || problem.contains(line.replace('.', '/'))));
    }
  }

  /** Returns the path of a location, or its text if it is not a file. */
  private static String readable(URL location) {
    String text = location.toString();
    if (text.startsWith("jar:")) {
      text = text.substring("jar:".length()).replaceFirst("!/$", "");
    }
    try {
      return Path.of(URI.create(text)).toString();
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      return text;
    }
  }
}
