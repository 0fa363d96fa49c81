package io.databroker.offheap;

import io.databroker.offheap.journal.Segment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** Flips bits in the segment files of an open store. */
final class Flips {
  private Flips() {}

  /** Flips one bit of a file; a second call with the same arguments flips it back. */
  static void flip(Path file, long at, int bit) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int before = open.read();
      open.seek(at);
      open.write(before ^ 1 << bit);
    }
  }

  /** Flips a bit of the last byte of a record's payload; returns the record's offset. */
  static long flipPayload(OffheapBackend backend, long version, int payload) throws IOException {
    Segment segment = backend.store.history.directory.holding(version);
    int index = segment.indexOf(version);
    long at = segment.offsetAt(index);
    String type = "t";
    int idLength = 5;
    flip(Path.of(segment.space.name()), at + 40 + type.length() + idLength + payload - 1, 3);
    return at;
  }
}
