package io.databroker.offheap;

import io.databroker.offheap.journal.Spaces;
import io.databroker.offheap.memory.Region;
import io.databroker.offheap.memory.Space;
import java.io.IOException;

/** Spaces with hooks for a test. */
class WrappedSpaces implements Spaces {
  private final Spaces real;

  WrappedSpaces(Spaces real) {
    this.real = real;
  }

  /** Hook before a write to a space; the write throws what the hook throws. */
  interface BeforeWrite {
    void at(long offset) throws IOException;
  }

  static WrappedSpaces beforeEachWrite(Spaces real, BeforeWrite first) {
    return new WrappedSpaces(real) {
      @Override
      Space wrap(Space space) {
        return new WrappedSpace(space) {
          @Override
          public void write(long at, byte[] bytes, int length) throws IOException {
            first.at(at);
            super.write(at, bytes, length);
          }
        };
      }
    };
  }

  /** Returns the space to use instead of a new one. */
  Space wrap(Space space) {
    return space;
  }

  @Override
  public Space create(long order, long size) throws IOException {
    return wrap(real.create(order, size));
  }

  @Override
  public Space createCompacted(long order, long size) throws IOException {
    return wrap(real.createCompacted(order, size));
  }

  @Override
  public void adopt(Space compacted, long order) throws IOException {
    real.adopt(compacted instanceof WrappedSpace wrapped ? wrapped.real : compacted, order);
  }

  @Override
  public void checkThere() throws IOException {
    real.checkThere();
  }

  @Override
  public long salt() {
    return real.salt();
  }

  @Override
  public boolean lacksRoom() {
    return real.lacksRoom();
  }

  @Override
  public boolean giveRoom(RoomFor whom) {
    return real.giveRoom(whom);
  }

  /** Space with hooks for a test. */
  static class WrappedSpace implements Space {
    private final Space real;

    WrappedSpace(Space real) {
      this.real = real;
    }

    @Override
    public Region region() {
      return real.region();
    }

    @Override
    public void write(long at, byte[] bytes, int length) throws IOException {
      real.write(at, bytes, length);
    }

    @Override
    public void force() throws IOException {
      real.force();
    }

    @Override
    public void seal(long end) throws IOException {
      real.seal(end);
    }

    @Override
    public boolean exists() throws IOException {
      return real.exists();
    }

    @Override
    public boolean isThere() throws IOException {
      return real.isThere();
    }

    @Override
    public void delete() throws IOException {
      real.delete();
    }

    @Override
    public void free() {
      real.free();
    }

    @Override
    public String name() {
      return real.name();
    }
  }
}
