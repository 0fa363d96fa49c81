package io.databroker.server.payload;

import io.databroker.host.query.AddressRange;
import io.databroker.host.query.Filter;

/**
 * Field with a range of addresses: a text in the payload, indexed as the range's prefix.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class AddressField {
  /** Path of the text in the payload. */
  public static final String PATH = "$index.cidr";

  private AddressField() {}

  /**
   * Returns a filter for the records of the longest range that contains an address; it matches
   * nothing if the text is not an address.
   */
  public static Filter longest(String address) {
    return AddressRange.parse(address).map(range -> range.longestIn(PATH)).orElse(Filter.none());
  }
}
