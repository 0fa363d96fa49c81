package io.databroker.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Information about the standard streams of the process. */
final class StandardStreams {
  private static final int TYPE = 0170000;
  private static final int PIPE = 0010000;
  private static final int SOCKET = 0140000;

  private StandardStreams() {}

  /** Returns whether standard output is a pipe or a socket, which needs a reader. */
  static boolean outHasReaders() {
    try {
      // Follows the link to the open file of the descriptor.
      Object mode = Files.getAttribute(Path.of("/dev/fd/1"), "unix:mode");
      int type = (Integer) mode & TYPE;
      return type == PIPE || type == SOCKET;
    } catch (IOException | RuntimeException e) {
      return false; // unknown: a failed write counts as a failure
    }
  }
}
