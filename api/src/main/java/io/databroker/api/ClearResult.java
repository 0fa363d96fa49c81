package io.databroker.api;

/**
 * The answer to a clear.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param oldServerVersion the history that ended
 * @param newServerVersion the history that began
 */
public record ClearResult(long oldServerVersion, long newServerVersion) {}
