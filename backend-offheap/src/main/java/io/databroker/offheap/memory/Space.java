package io.databroker.offheap.memory;

import java.io.IOException;

/** The bytes of one segment, in memory or in a file. Written by one thread at a time. */
public interface Space {
  /** Returns the region for reading; writes show up in it. */
  Region region();

  /**
   * Writes at that place, which lies within the region. Takes no notice of interrupts. If it fails,
   * nothing that a recovery would take for a frame is left there.
   *
   * @throws IOException if it could not be written, all or in part
   */
  void write(long at, byte[] bytes, int length) throws IOException;

  /** Returns when all that was written survives a loss of power. */
  void force() throws IOException;

  /** Ends writing, and gives back the room behind {@code end}. */
  void seal(long end) throws IOException;

  /**
   * Returns whether a later open would find what is kept beyond the process.
   *
   * @throws IOException if that cannot be found out
   */
  boolean isThere() throws IOException;

  /** Removes what is kept beyond the process, so that no later open finds it. */
  void delete() throws IOException;

  /** Frees memory and file handle; the file stays. */
  void free();

  /** Returns the name of the place for error messages. */
  String name();
}
