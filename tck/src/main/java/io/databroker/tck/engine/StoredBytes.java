package io.databroker.tck.engine;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A place in a file of a store that holds a byte of a known text.
 *
 * @param file the file
 * @param offset the offset of the byte
 */
public record StoredBytes(Path file, long offset) {
  private static final int BLOCK = 1 << 20;
  private static final int LONGEST_TEXT = 1 << 10;

  /**
   * Returns the places of a text in all files below a directory, each at its last byte.
   *
   * @param text a text of ASCII characters
   */
  public static List<StoredBytes> find(Path directory, String text) throws IOException {
    if (text.length() > LONGEST_TEXT) {
      throw new IllegalArgumentException("a text of " + text.length() + " characters");
    }
    List<StoredBytes> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          find(file, text, found);
        }
      }
    }
    return found;
  }

  private static void find(Path file, String text, List<StoredBytes> found) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      byte[] block = new byte[BLOCK];
      // Blocks overlap, so that a text on their border is found, and found once.
      int overlap = text.length() - 1;
      long size = bytes.length();
      for (long from = 0; from < size; from += BLOCK - overlap) {
        bytes.seek(from);
        int length = (int) Math.min(BLOCK, size - from);
        bytes.readFully(block, 0, length);
        String read = new String(block, 0, length, StandardCharsets.ISO_8859_1);
        for (int at = read.indexOf(text); at >= 0; at = read.indexOf(text, at + 1)) {
          found.add(new StoredBytes(file, from + at + overlap));
        }
      }
    }
  }

  /** Returns the same place in the copy of its directory. */
  public StoredBytes in(Path directory, Path copy) {
    return new StoredBytes(copy.resolve(directory.relativize(file)), offset);
  }

  /** Flips one bit of the byte. */
  public void flip() throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      int was = bytes.read();
      bytes.seek(offset);
      bytes.write(was ^ 1);
    }
  }

  @Override
  public String toString() {
    return file.getFileName() + " at " + offset;
  }
}
