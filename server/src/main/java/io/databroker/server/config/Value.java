package io.databroker.server.config;

/**
 * Value of an option, as text. An option that may be repeated has several.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param text the text that picocli converts
 * @param source the source of the value
 */
public record Value(String text, Source source) {}
