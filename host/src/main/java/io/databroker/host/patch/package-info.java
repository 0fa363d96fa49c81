/**
 * Changes parts of records on any backend without losing concurrent updates.
 *
 * <p>{@link Patcher} applies {@link Patch}es: {@code Draft} reads the records and builds a
 * conditional batch, {@code Turns} orders patches of the same record.
 *
 * <p><b>Thread-safety:</b> values are immutable; any thread may use a {@link Patcher}.
 */
@NullMarked
package io.databroker.host.patch;

import org.jspecify.annotations.NullMarked;
