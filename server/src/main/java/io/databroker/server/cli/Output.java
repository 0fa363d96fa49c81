package io.databroker.server.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Writer of lines to standard output. */
final class Output implements AutoCloseable {
  private final Writer writer;
  private final Readers readers;

  /**
   * @param readers tells whether a failed write means that nobody reads any more
   */
  Output(OutputStream out, Readers readers) {
    this.writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
    this.readers = readers;
  }

  /** Tells about the readers of standard output. */
  interface Readers {
    /** Returns whether somebody has to read for a write to succeed, as from a pipe. */
    boolean areNeeded();
  }

  /**
   * Writes a line.
   *
   * @throws ReaderGoneException if nobody reads any more
   * @throws FailedException if it cannot be written, as on a full disk
   */
  void line(String line) throws ReaderGoneException, FailedException {
    try {
      writer.write(line);
      writer.write('\n');
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * Writes out the lines so far.
   *
   * @throws ReaderGoneException if nobody reads any more
   * @throws FailedException if they cannot be written, as on a full disk
   */
  void flush() throws ReaderGoneException, FailedException {
    try {
      writer.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * Returns the failure. A pipe fails when nobody reads; everything else fails for another reason.
   */
  private FailedException failure(IOException e) throws ReaderGoneException {
    if (readers.areNeeded()) {
      throw new ReaderGoneException(e);
    }
    return new FailedException("standard output cannot be written: " + e.getMessage());
  }

  @Override
  public void close() throws ReaderGoneException, FailedException {
    flush();
  }
}
