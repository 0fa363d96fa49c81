package io.databroker.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Information about the descriptors of the process. */
final class StandardStreams {
  private static final int TYPE = 0170000;
  private static final int PIPE = 0010000;
  private static final int SOCKET = 0140000;

  private StandardStreams() {}

  /** Returns whether standard output is a pipe or a socket, which somebody has to read. */
  static boolean outHasReaders() {
    try {
      // Through the link, to what the descriptor is open on.
      Object mode = Files.getAttribute(Path.of("/dev/fd/1"), "unix:mode");
      int type = (Integer) mode & TYPE;
      return type == PIPE || type == SOCKET;
    } catch (IOException | RuntimeException e) {
      return false; // not told: then a failed write is a failure
    }
  }
}
