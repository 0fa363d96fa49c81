package io.databroker.offheap.memory;

import io.databroker.api.StorageFullException;
import java.util.Locale;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/**
 * Index from each key to its newest version and its place in the journal. All look-ups go through
 * it. An entry holds no payload.
 *
 * <p>All values have the same length, so only a new key needs room.
 */
public final class KeyIndex {
  /** A type's number and an id of usual length. */
  private static final int AVERAGE_KEY = 48;

  private final ChronicleMap<Key, Place> map;
  private final long expectedRecords;
  private final int growth;

  /**
   * @param expectedRecords the number of records to size the index for
   * @param growth how many times expectedRecords the index can hold
   */
  public KeyIndex(long expectedRecords, int growth) {
    this.expectedRecords = expectedRecords;
    this.growth = growth;
    this.map = create(expectedRecords, growth);
  }

  private static ChronicleMap<Key, Place> create(long expectedRecords, int growth) {
    try {
      return ChronicleMapBuilder.of(Key.class, Place.class)
          .keyMarshaller(Key.Marshaller.INSTANCE)
          .valueMarshallers(Place.Marshaller.INSTANCE, Place.Marshaller.INSTANCE)
          .constantValueSizeBySample(new Place())
          .averageKeySize(AVERAGE_KEY)
          .entries(expectedRecords)
          .maxBloatFactor(growth)
          .putReturnsNull(true)
          .removeReturnsNull(true)
          .skipCloseOnExitHook(true)
          .create();
    } catch (OutOfMemoryError | IllegalArgumentException | IllegalStateException failed) {
      throw new StorageFullException(
          String.format(
              Locale.ROOT,
              "no memory for an index of keys of expectedRecords %d times growth %d: %s; set one of"
                  + " the two lower",
              expectedRecords,
              growth,
              failed.getMessage()),
          failed);
    }
  }

  /** Reads the place of the given key, if it has one. */
  public boolean find(Key key, Place place) {
    return map.getUsing(key, place) != null;
  }

  /** Replaces the place of a key that is in the index. */
  public void replace(Key key, Place place) {
    map.put(key, place);
  }

  /**
   * Adds the entry of an absent key.
   *
   * @throws StorageFullException if there is no room; nothing has changed
   */
  public void add(Key key, Place place) {
    try {
      map.put(key, place);
    } catch (IllegalStateException | IllegalArgumentException | OutOfMemoryError full) {
      throw new StorageFullException(
          String.format(
              Locale.ROOT,
              "the index of keys is full at %d records, made for expectedRecords %d times growth"
                  + " %d; delete records, or set one of the two higher and reopen",
              map.longSize(),
              expectedRecords,
              growth),
          full);
    }
  }

  public void remove(Key key) {
    map.remove(key);
  }

  public long size() {
    return map.longSize();
  }

  public void free() {
    map.close();
  }
}
