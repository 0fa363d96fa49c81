package io.databroker.offheap.memory;

/** Memory of this process. */
public final class RamSpace implements Space {
  private final Region region;

  public RamSpace(long size) {
    this.region = Region.allocate(size);
  }

  @Override
  public Region region() {
    return region;
  }

  @Override
  public void write(long at, byte[] bytes, int length) {
    region.put(at, bytes, length);
  }

  @Override
  public void force() {}

  @Override
  public void seal(long end) {}

  @Override
  public boolean exists() {
    return true;
  }

  @Override
  public boolean isThere() {
    return true;
  }

  @Override
  public void delete() {}

  @Override
  public void free() {
    region.free();
  }

  @Override
  public String name() {
    return "memory";
  }
}
