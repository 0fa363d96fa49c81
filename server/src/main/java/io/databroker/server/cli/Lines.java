package io.databroker.server.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The lines of a stream of UTF-8, counted. */
final class Lines {
  /** Far more than the largest record of any backend. */
  private static final int LONGEST = 64 << 20;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private long number;

  Lines(InputStream in) {
    this.in = in;
  }

  /** The number of the line that {@link #next} answered, from 1. */
  long number() {
    return number;
  }

  /** Whether more can be read without waiting, as far as is known. */
  boolean moreAtHand() throws IOException {
    return position < limit || in.available() > 0;
  }

  /** The next line without its end, or null after the last. */
  @Nullable String next() throws IOException, FailedException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      if (position == limit) {
        limit = in.read(buffer);
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
      if (line.size() > LONGEST) {
        throw new FailedException("line " + (number + 1) + ": longer than 64 MiB");
      }
      position = end;
      if (end < limit) {
        position++;
        return text(line);
      }
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
      throw new FailedException("line " + number + ": not UTF-8");
    }
  }
}
