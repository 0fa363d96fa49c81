package io.databroker.tck.run;

import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import javax.lang.model.SourceVersion;

/**
 * Project of a new backend: a pom, a provider with its service file, a backend with some of its
 * methods, and the test that runs the kit.
 */
final class NewBackend {
  private static final int LONGEST_NAME = 40;

  /** Words that are not allowed in the name of a file on some systems. */
  private static final String RESERVED = "con|prn|aux|nul|(com|lpt)[1-9]";

  private final String name;
  private final String version;

  /**
   * Checks the name of a backend.
   *
   * @param version the version of the kit
   * @throws UsageException if the name is not allowed for a directory, a package and a class
   */
  NewBackend(String name, String version) {
    this.name = name;
    this.version = version;
    if (name.length() > LONGEST_NAME) {
      throw refused(name.substring(0, LONGEST_NAME) + "...", "give at most 40 characters");
    }
    if (!name.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
      throw refused(
          name,
          "give lower-case letters from a to z, digits, and single dashes between them,"
              + " such as my-store; the first character is a letter");
    }
    if (packageName().matches(RESERVED) || SourceVersion.isKeyword(packageName())) {
      throw refused(name, "this is a reserved word; add another, such as " + name + "-store");
    }
  }

  private static UsageException refused(String name, String problem) {
    StringBuilder shown = new StringBuilder();
    name.codePoints()
        .forEach(
            c -> {
              boolean plain = Character.isLetterOrDigit(c) || (c >= ' ' && c <= '~');
              shown.append(plain ? Character.toString(c) : Texts.format("\\u%04X", c));
            });
    return new UsageException("--new \"" + shown + "\": " + problem);
  }

  private String packageName() {
    return name.replace("-", "");
  }

  private String className() {
    StringBuilder words = new StringBuilder();
    for (String word : name.split("-", -1)) {
      words.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return words.toString();
  }

  /** Returns the template of each file, by its path in the project. */
  private Map<String, String> files() {
    String sources = "java/org/example/" + packageName() + "/" + className();
    Map<String, String> files = new LinkedHashMap<>();
    files.put("pom.xml", "pom.xml");
    files.put("README.md", "README.md");
    files.put("src/main/" + sources + "Provider.java", "Provider.java");
    files.put("src/main/" + sources + "Backend.java", "Backend.java");
    files.put("src/test/" + sources + "TckTest.java", "TckTest.java");
    files.put("src/main/resources/META-INF/services/io.databroker.api.BackendProvider", "Service");
    return files;
  }

  /**
   * Writes the project into a new directory of the backend's name; a failure leaves nothing behind.
   *
   * @return the directory
   * @throws UsageException if it exists, or cannot be written
   */
  Path write(Path parent) {
    Path directory = parent.resolve(name);
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      throw refused(name, directory + " exists already; remove it, or give another name");
    } catch (IOException e) {
      throw refused(name, directory + " cannot be created: " + ReportFolder.why(e));
    }
    try {
      for (Map.Entry<String, String> file : files().entrySet()) {
        Path path = directory.resolve(file.getKey());
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, filled(file.getValue()));
      }
    } catch (IOException e) {
      ReportFolder.delete(directory);
      throw refused(name, directory + " cannot be written: " + ReportFolder.why(e));
    }
    return directory;
  }

  private String filled(String template) {
    return Texts.resource(NewBackend.class, "new/" + template + ".txt")
        .replace("@NAME@", name)
        .replace("@PACKAGE@", packageName())
        .replace("@CLASS@", className())
        .replace("@KIT@", version);
  }
}
