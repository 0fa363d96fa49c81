/**
 * Versioned, typed records on pluggable storage backends: the SPI, its values and its errors.
 *
 * <p>{@link io.databroker.api.Backend} is the storage, {@link io.databroker.api.BackendProvider}
 * how it is found. The numbered rules that Javadoc names ({@code PUT-1} and so on) stand in the
 * project's CONTRACT.md.
 */
@NullMarked
package io.databroker.api;

import org.jspecify.annotations.NullMarked;
