package io.databroker.server.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reader of files that may be pipes: it reads each once, from beginning to end. */
final class InputFile {
  private InputFile() {}

  /**
   * Opens the file.
   *
   * @throws FailedException if the file is missing or not readable
   */
  static InputStream open(String name) throws FailedException {
    if (name.isEmpty()) {
      throw new FailedException("the name of the file is empty");
    }
    Path path;
    try {
      path = Path.of(name);
    } catch (InvalidPathException e) {
      throw new FailedException("'" + name + "' cannot be the name of a file");
    }
    if (Files.isDirectory(path)) {
      throw new FailedException(name + " is a directory");
    }
    try {
      return inOrder(new FileInputStream(path.toFile()));
    } catch (FileNotFoundException e) {
      if (!Files.exists(path)) {
        throw new FailedException("there is no file " + name);
      }
      throw new FailedException(
          Files.isReadable(path)
              ? name + " cannot be opened: " + e.getMessage()
              : "may not read " + name);
    }
  }

  /**
   * Reads the whole file.
   *
   * @throws FailedException if the file is missing or not readable
   */
  static byte[] readAll(String name) throws IOException, FailedException {
    try (InputStream in = open(name)) {
      return in.readAllBytes();
    }
  }

  /** Returns a stream without a position, because a pipe has none. */
  static InputStream inOrder(FileInputStream file) {
    return new BufferedInputStream(file) {
      @Override
      public byte[] readAllBytes() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[1 << 16];
        for (int read = read(part); read >= 0; read = read(part)) {
          all.write(part, 0, read);
        }
        return all.toByteArray();
      }
    };
  }
}
