package io.databroker.offheap.memory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.channels.ClosedByInterruptException;
import org.junit.jupiter.api.Test;

class FsyncTest {
  @Test
  void aFailedFsyncIsTold() {
    IOException failure = new IOException("Input/output error");
    assertThatThrownBy(() -> Fsync.run(failingWith(failure)))
        .isInstanceOf(SyncFailedException.class)
        .hasMessage("Input/output error")
        .hasCause(failure);
  }

  /** There may have been no heap for the exception of the disk's failure. */
  @Test
  void anErrorCountsAsAFailedFsync() {
    OutOfMemoryError failure = new OutOfMemoryError("Java heap space");
    Fsync.Call fsync =
        () -> {
          throw failure;
        };
    assertThatThrownBy(() -> Fsync.run(fsync))
        .isInstanceOf(SyncFailedException.class)
        .hasCause(failure);
  }

  @Test
  void anInterruptIsNoFailure() {
    ClosedByInterruptException interrupt = new ClosedByInterruptException();
    assertThatThrownBy(() -> Fsync.run(failingWith(interrupt))).isSameAs(interrupt);
  }

  private static Fsync.Call failingWith(IOException failure) {
    return () -> {
      throw failure;
    };
  }
}
