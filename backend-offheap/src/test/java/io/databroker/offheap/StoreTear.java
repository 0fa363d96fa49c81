package io.databroker.offheap;

import io.databroker.offheap.directory.Stamp;
import io.databroker.offheap.journal.Frame;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Simulates the effect of kills and losses of power on the files of a store. */
final class StoreTear {
  private StoreTear() {}

  /** Copies a directory as a kill at this instant would leave it. */
  static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (Path file : StoreFiles.list(from)) {
      if (Files.isRegularFile(file)) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    Stamp.asOriginal(to);
    return to;
  }

  /** The segments, in order. */
  static List<Path> segments(Path directory) throws IOException {
    return StoreFiles.list(directory).stream()
        .filter(file -> file.toString().endsWith(".segment"))
        .sorted(Comparator.comparing(file -> file.getFileName().toString().replaceAll("\\D", "")))
        .toList();
  }

  /** Returns the offsets of the frames of a segment. */
  static List<Long> frames(Path segment) throws IOException {
    List<Long> found = new ArrayList<>();
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "r")) {
      long at = Segment.HEADER;
      while (at + Frame.HEADER <= file.length()) {
        file.seek(at);
        int length = Integer.reverseBytes(file.readInt());
        if (length == 0) {
          break;
        }
        found.add(at);
        at += length;
      }
    }
    return found;
  }

  /** Overwrites a range with zeros, as if it had never been written. */
  static void blank(Path segment, long from, long to) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(from);
      file.write(new byte[(int) (to - from)]);
    }
  }
}
