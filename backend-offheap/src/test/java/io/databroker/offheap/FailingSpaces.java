package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.memory.Space;
import java.io.IOException;

/** Memory that fails like a disk. */
final class FailingSpaces extends WrappedSpaces {
  /** Message of a write without room, as a German system words it. */
  static final String FULL = "Auf dem Gerät ist kein Speicherplatz mehr verfügbar";

  private volatile String failure;
  volatile Throwable forceFailure;
  volatile boolean failTakingBack;

  /** Last header written to a segment. */
  byte[] lastBeginning = {};

  FailingSpaces() {
    super(new Spaces.InMemory());
  }

  /** Opens a small store that keeps its records here. */
  Backend open() {
    return Opening.inSpaces(this, SmallStore.settings(null), BackendContext.standard());
  }

  /** Lets all writes fail with this message, or none if it is null. */
  void failWrites(String message) {
    failure = message;
  }

  @Override
  public boolean lacksRoom() {
    return FULL.equals(failure);
  }

  @Override
  Space wrap(Space space) {
    return new Failing(space);
  }

  private final class Failing extends WrappedSpace {
    Failing(Space space) {
      super(space);
    }

    @Override
    public void write(long at, byte[] bytes, int length) throws IOException {
      String message = failure;
      if (message != null) {
        throw new IOException(message);
      }
      if (failTakingBack && bytes[0] == 0) {
        fail();
      }
      super.write(at, bytes, length);
      lastBeginning = at == 0 ? bytes.clone() : lastBeginning;
    }

    @Override
    public void force() throws IOException {
      fail();
      super.force();
    }

    @Override
    public void delete() throws IOException {
      fail();
      super.delete();
    }

    private void fail() throws IOException {
      Throwable now = forceFailure;
      if (now instanceof IOException failing) {
        throw failing;
      }
      if (now instanceof Error error) {
        throw error;
      }
    }

    @Override
    public String name() {
      return "a failing disk";
    }
  }
}
