package io.databroker.offheap.memory;

import java.io.IOException;

/** The bytes of one segment, in memory or in a file. Written by one thread at a time. */
public interface Space {
  /** Returns the region for reading; writes show up in it. */
  Region region();

  /**
   * Writes at the given offset, which lies within the region; ignores interrupts. If it fails, it
   * leaves no bytes that a recovery would read as a frame.
   *
   * @throws IOException if the write failed, wholly or in part
   */
  void write(long at, byte[] bytes, int length) throws IOException;

  /** Forces all written bytes, so that they survive a loss of power. */
  void force() throws IOException;

  /** Ends writing, and frees the room after {@code end}. */
  void seal(long end) throws IOException;

  /**
   * Returns whether there is a file at its path. Unlike {@link #isThere}, it does not read the
   * file's times, because the next fsync then takes longer: since version 6.13, Linux gives the
   * next write a time of its own, which the fsync has to write too.
   */
  boolean exists() throws IOException;

  /**
   * Returns whether a later open would find the file.
   *
   * @throws IOException if the file system does not report it
   */
  boolean isThere() throws IOException;

  /** Deletes the file, so that no later open finds it. */
  void delete() throws IOException;

  /** Frees memory and file handle; the file stays. */
  void free();

  /** Returns the name of the place for error messages. */
  String name();
}
