/**
 * Reads and writes records as lines of JSON, for the command line.
 *
 * <p>{@link RecordLine} is one record per line. {@code AnyJson} converts its data; {@link
 * StructReader} and {@link StructWriter} convert the object; {@link JsonException} reports invalid
 * text.
 */
@NullMarked
package io.databroker.server.json;

import org.jspecify.annotations.NullMarked;
