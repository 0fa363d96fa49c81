package io.databroker.server.config;

/**
 * Value of an option, as text. An option that may be repeated has several.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param text what picocli converts
 * @param source where it was given
 */
public record Value(String text, Source source) {}
