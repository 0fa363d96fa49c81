package io.databroker.server.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** Writer of lines to standard output. */
final class Output implements AutoCloseable {
  private final Writer writer;
  private final BooleanSupplier needsReader;

  /**
   * @param needsReader returns whether a write needs a reader to succeed, as with a pipe
   */
  Output(OutputStream out, BooleanSupplier needsReader) {
    this.writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
    this.needsReader = needsReader;
  }

  /**
   * Writes a line.
   *
   * @throws ReaderGoneException if the reader has left
   * @throws FailedException if the write fails, as on a full disk
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
   * Flushes the lines so far.
   *
   * @throws ReaderGoneException if the reader has left
   * @throws FailedException if the write fails, as on a full disk
   */
  void flush() throws ReaderGoneException, FailedException {
    try {
      writer.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * Returns the error for a failed write. On a pipe, it means that the reader has left; elsewhere
   * it has another cause.
   */
  private FailedException failure(IOException e) throws ReaderGoneException {
    if (needsReader.getAsBoolean()) {
      throw new ReaderGoneException(e);
    }
    return new FailedException("standard output cannot be written: " + e.getMessage());
  }

  @Override
  public void close() throws ReaderGoneException, FailedException {
    flush();
  }
}
