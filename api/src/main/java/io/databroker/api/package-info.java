/**
 * Versioned, typed records on pluggable storage backends: the SPI, its values and its errors.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>The service: {@link Backend} is a store, {@link Snapshot} a consistent read of it, {@link
 *       ChangeFeed} a reader of its changes. {@link BlockingFeed} waits for changes on a thread.
 *   <li>Writing: {@link Write} with an optional {@link Condition}; {@link PutResult} lists the
 *       stored records as {@link StoredRecord}s.
 *   <li>Reading: {@link Selection} and {@link FieldValue} select the records of a snapshot; {@link
 *       Position} is the start of a feed, {@link Changes} is one of its answers.
 *   <li>Types: {@link TypeOptions} are the options of a type; {@link FieldExtractor} finds the
 *       values of its indexed fields.
 *   <li>The rest: {@link Versions}, {@link Lease}, {@link Checkpoint}, {@link ClearResult}; {@link
 *       BackendState} reports to health checks whether a backend serves.
 *   <li>Opening: {@link BackendProvider} is found by {@link java.util.ServiceLoader}. It describes
 *       its {@link Setting}s, {@link Capability capabilities} and {@link Limits}, and opens a
 *       backend from {@link Settings} and a {@link BackendContext}.
 *   <li>Errors: {@link DatabrokerException} and its subclasses, each with an {@link ErrorId}.
 * </ol>
 *
 * <p>{@link CheckedBackend} checks arguments for all backends, by {@code ArgumentChecks}; the
 * values check themselves by {@code Require}. {@link CodePointOrder} is the order of types.
 *
 * <p>{@link io.databroker.api.support} helps to implement a backend.
 *
 * <p>Rule numbers in the Javadoc, such as {@code PUT-1}, refer to the project's CONTRACT.md.
 *
 * <p><b>Thread-safety:</b> all values and exceptions are immutable. Other types state their own.
 */
@NullMarked
package io.databroker.api;

import org.jspecify.annotations.NullMarked;
