/**
 * Finds records by filters and by address, on any backend.
 *
 * <p>{@link Queries} runs a {@link RecordQuery} and returns a {@link QueryResult}. {@link Filter}
 * selects records. {@code Cover} chooses index look-ups, {@code Candidates} reads the records that
 * they find at one version, {@code Judge} and {@code Matcher} decide which candidates match, and
 * {@code Page} keeps those of the requested page. {@code Filters} walks and rewrites filters;
 * {@link AddressRange} is a range of IP addresses.
 *
 * <p><b>Thread-safety:</b> values are immutable; any thread may use {@link Queries}.
 */
@NullMarked
package io.databroker.host.query;

import org.jspecify.annotations.NullMarked;
