package io.databroker.api;

/**
 * Place in the feed of a history: just after the change with that version.
 *
 * @param serverVersion the history, unsigned
 * @param version the last version before this place, unsigned; 0 for the beginning
 */
public record Position(long serverVersion, long version) {}
