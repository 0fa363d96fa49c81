package io.databroker.server.payload;

import io.databroker.host.query.AddressRange;
import io.databroker.host.query.Filter;

/**
 * The range of addresses that a record is about: a text in its payload, indexed as the prefix that
 * it names.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class AddressField {
  /** Where in the payload it stands. */
  public static final String PATH = "$index.cidr";

  private AddressField() {}

  /** The records of the longest range that holds an address; none if the text is no address. */
  public static Filter longest(String address) {
    return AddressRange.parse(address).map(range -> range.longestIn(PATH)).orElse(Filter.none());
  }
}
