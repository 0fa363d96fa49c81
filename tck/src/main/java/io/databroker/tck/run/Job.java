package io.databroker.tck.run;

import io.databroker.tck.child.Words;
import io.databroker.tck.engine.CommandNemesis;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * Task of a child JVM.
 *
 * @param backend the name of the backend
 * @param plugins the jars and folders to search for it; none for the class path
 * @param settings the settings of the backend, as text
 * @param faults the faults, with the commands that inject and heal them
 * @param rules the numbers of the rules to test
 * @param done the tests that ended in earlier child JVMs, each as chapter and name
 * @param parameters the parameters of the kit
 */
record Job(
    String backend,
    List<Path> plugins,
    Map<String, String> settings,
    List<CommandNemesis> faults,
    Set<String> rules,
    Set<String> done,
    Map<String, String> parameters) {

  void write(Path file) throws IOException {
    Properties lines = new Properties();
    lines.setProperty("backend", backend);
    lines.setProperty("plugins", Words.line(plugins.stream().map(Path::toString).toList()));
    lines.setProperty("settings", Words.line(settings));
    lines.setProperty(
        "faults",
        Words.line(
            faults.stream()
                .map(each -> Words.line(List.of(each.name(), each.fault(), each.cure())))
                .toList()));
    lines.setProperty("rules", Words.line(List.copyOf(rules)));
    lines.setProperty("done", Words.line(List.copyOf(done)));
    lines.setProperty("parameters", Words.line(parameters));
    try (Writer out = Files.newBufferedWriter(file)) {
      lines.store(out, null);
    }
  }

  static Job read(Path file) throws IOException {
    Properties lines = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      lines.load(in);
    }
    return new Job(
        lines.getProperty("backend", ""),
        Words.of(lines.getProperty("plugins", "")).stream().map(Path::of).toList(),
        Words.map(lines.getProperty("settings", "")),
        Words.of(lines.getProperty("faults", "")).stream().map(Job::fault).toList(),
        new LinkedHashSet<>(Words.of(lines.getProperty("rules", ""))),
        new LinkedHashSet<>(Words.of(lines.getProperty("done", ""))),
        Words.map(lines.getProperty("parameters", "")));
  }

  private static CommandNemesis fault(String line) {
    List<String> words = Words.of(line);
    return new CommandNemesis(words.get(0), words.get(1), words.get(2));
  }
}
