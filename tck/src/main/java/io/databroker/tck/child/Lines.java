package io.databroker.tck.child;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Whole lines of a child. A killed child may leave a part of a line, which is not an event.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
public final class Lines {
  private final Reader in;

  /** Reads from that stream. */
  public Lines(InputStream in) {
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** Returns the next line, or null if the rest of the stream holds none that is whole. */
  public @Nullable String next() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        return line.toString();
      }
      line.append((char) c);
    }
    return null;
  }
}
