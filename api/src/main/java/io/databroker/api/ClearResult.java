package io.databroker.api;

/**
 * Result of a clear.
 *
 * @param oldServerVersion the history that ended
 * @param newServerVersion the history that began
 */
public record ClearResult(long oldServerVersion, long newServerVersion) {}
