package io.databroker.server.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** Lines of standard output, which people and programs read. */
final class Output implements AutoCloseable {
  private final Writer writer;

  Output(OutputStream out) {
    this.writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
  }

  /**
   * Writes a line.
   *
   * @throws ReaderGoneException if nobody reads any more
   */
  void line(String line) throws ReaderGoneException {
    try {
      writer.write(line);
      writer.write('\n');
    } catch (IOException e) {
      throw new ReaderGoneException(e);
    }
  }

  /**
   * Writes out what was written so far.
   *
   * @throws ReaderGoneException if nobody reads any more
   */
  void flush() throws ReaderGoneException {
    try {
      writer.flush();
    } catch (IOException e) {
      throw new ReaderGoneException(e);
    }
  }

  @Override
  public void close() throws ReaderGoneException {
    flush();
  }
}
