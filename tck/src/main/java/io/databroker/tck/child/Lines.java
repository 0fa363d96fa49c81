package io.databroker.tck.child;

import io.databroker.tck.engine.RunningTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whole lines of a child. A killed child may leave a part of a line, which is not an event.
 *
 * <p><b>Thread-safety:</b> none; used by one thread.
 */
public final class Lines {
  private final Reader in;
  private StringBuilder line = new StringBuilder();

  /** Reads from the given stream. */
  public Lines(InputStream in) {
    this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /**
   * Returns the next line, or null if the rest of the stream holds no complete line. After a
   * timeout, the next call continues where this one stopped.
   */
  public @Nullable String next() throws IOException {
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n') {
        String whole = line.toString();
        line = new StringBuilder();
        return whole;
      }
      line.append((char) c);
    }
    return null;
  }

  /**
   * Returns the next line as {@link #next()} does. The stream is that of a socket with a timeout
   * much shorter than the longest silence.
   *
   * @throws SocketTimeoutException if the child is silent for that running time
   */
  public @Nullable String next(Duration longestSilence) throws IOException {
    long start = RunningTime.nanos();
    while (true) {
      try {
        return next();
      } catch (SocketTimeoutException silent) {
        if (RunningTime.nanos() - start >= longestSilence.toNanos()) {
          throw silent;
        }
      }
    }
  }
}
