package io.databroker.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Temporary directory of one store, deleted on close. */
public final class Scratch implements AutoCloseable {
  final Path directory;

  Scratch(String name) {
    this(Path.of(System.getProperty("java.io.tmpdir")), name);
  }

  /** Creates a directory in the given folder. */
  public Scratch(Path folder, String name) {
    try {
      directory = Files.createTempDirectory(folder, "databroker-benchmark-" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the directory. */
  public Path directory() {
    return directory;
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
