package io.databroker.tck.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps the first part of a backend's output and drops the rest, so that endless output neither
 * fills the disk nor blocks the run.
 *
 * <p><b>Thread-safety:</b> one per child JVM; its own thread does the work.
 */
final class Output implements Runnable {
  /** Name of the file with the output. */
  static final String FILE = "output.txt";

  private static final int MOST_BYTES = 1 << 20;

  private final InputStream from;
  private final Path to;

  Output(InputStream from, Path folder) {
    this.from = from;
    this.to = folder.resolve(FILE);
  }

  @Override
  public void run() {
    keep();
    drain();
  }

  /** Continues to read after a failure: a child whose output nobody reads would block. */
  private void drain() {
    try {
      from.transferTo(OutputStream.nullOutputStream());
    } catch (IOException ended) {
      // The child has ended.
    }
  }

  private void keep() {
    byte[] buffer = new byte[8192];
    try (OutputStream out =
        Files.newOutputStream(to, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      long room = MOST_BYTES - Files.size(to);
      int read = from.read(buffer);
      while (read >= 0) {
        if (room > 0) {
          out.write(buffer, 0, (int) Math.min(read, room));
          if (room <= read) {
            out.write("\n(further output was dropped)\n".getBytes(StandardCharsets.UTF_8));
          }
        }
        room -= read;
        read = from.read(buffer);
      }
    } catch (IOException ended) {
      // The child has ended, or the disk is full: the verdicts matter more.
    }
  }
}
