package io.databroker.offheap.memory;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.util.ReadResolvable;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.hash.serialization.SizedWriter;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/**
 * The newest version of a key, its location, and the checksum of its record. Each thread refills
 * one object for each use.
 */
public final class Place {
  /** Bit in a location: the key had no record before. */
  private static final long FRESH = Long.MIN_VALUE;

  public long version;
  public long location;
  public int checksum;

  public boolean isFresh() {
    return location < 0;
  }

  public void setFresh(long at) {
    location = at | FRESH;
  }

  public int segment() {
    return (int) ((location & ~FRESH) >>> 32);
  }

  public long offset() {
    return location & 0xFFFF_FFFFL;
  }

  /**
   * Marshaller for Chronicle Map. The size is constant, so a new value replaces the old in place.
   */
  static final class Marshaller
      implements SizedReader<Place>, SizedWriter<Place>, ReadResolvable<Marshaller> {
    static final Marshaller INSTANCE = new Marshaller();

    @Override
    public Place read(Bytes<?> in, long size, @Nullable Place using) {
      Place place = using == null ? new Place() : using;
      place.version = in.readLong();
      place.location = in.readLong();
      place.checksum = in.readInt();
      return place;
    }

    @Override
    public long size(Place place) {
      return 2 * Long.BYTES + Integer.BYTES;
    }

    @Override
    public void write(Bytes<?> out, long size, Place place) {
      out.writeLong(place.version);
      out.writeLong(place.location);
      out.writeInt(place.checksum);
    }

    @Override
    public Marshaller readResolve() {
      return INSTANCE;
    }

    @Override
    public void readMarshallable(WireIn wire) {}

    @Override
    public void writeMarshallable(WireOut wire) {}
  }
}
