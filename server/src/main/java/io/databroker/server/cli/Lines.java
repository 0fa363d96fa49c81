package io.databroker.server.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reader of numbered lines of UTF-8. */
final class Lines {
  /** Longest line in bytes: more than the largest record of most backends. */
  private static final int LONGEST = 64 << 20;

  /** Largest share of the heap for one line: a 16th, as several copies of the line may exist. */
  private static final int SHARE_OF_HEAP = 16;

  private final InputStream in;
  private final long longest;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private long number;

  Lines(InputStream in) {
    this(in, Math.min(LONGEST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
  }

  Lines(InputStream in, long longest) {
    this.in = in;
    this.longest = longest;
  }

  /** Returns the number of the line that {@link #next} returned, from 1. */
  long number() {
    return number;
  }

  /** Returns whether more input is known to be readable without waiting. */
  boolean moreAtHand() {
    if (position < limit) {
      return true;
    }
    try {
      return in.available() > 0;
    } catch (IOException e) {
      return false; // not every device supports this; the next read reports the problem
    }
  }

  /** Returns the next line without its end; null after the last. */
  @Nullable String next() throws FailedException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      if (position == limit) {
        limit = read();
        position = 0;
        if (limit < 0) {
          limit = 0;
          return line.size() == 0 ? null : text(line);
        }
      }
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      line.write(buffer, position, end - position);
      if (line.size() > longest) {
        throw new FailedException(
            String.format(Locale.ROOT, "line %d: longer than %d MiB", number + 1, longest >> 20));
      }
      position = end;
      if (end < limit) {
        position++;
        return text(line);
      }
    }
  }

  private int read() throws FailedException {
    try {
      return in.read(buffer);
    } catch (IOException e) {
      throw new FailedException("the input cannot be read: " + e.getMessage());
    }
  }

  private String text(ByteArrayOutputStream line) throws FailedException {
    number++;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new FailedException(
          "line " + number + ": not UTF-8" + Encoding.hint(line.toByteArray()));
    }
  }
}
