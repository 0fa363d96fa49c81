package io.databroker.api;

/**
 * A place in a history's feed: behind the change of that version.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param serverVersion the history, unsigned
 * @param version the last version that was read, unsigned; 0 is before the first
 */
public record Position(long serverVersion, long version) {}
