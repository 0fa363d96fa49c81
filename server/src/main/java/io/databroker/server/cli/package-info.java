/**
 * The command line.
 *
 * <p>{@link DatabrokerCommand} is the root and reports errors; {@code Commands} is the table of the
 * commands, and each command is a class named after it, such as {@code ServeCommand}. {@code
 * Arguments}, the converters and {@code Numbers} parse arguments. A {@code RemoteCommand} calls a
 * server through a {@code Connection}, with the credentials of {@code ClientAccess}.
 *
 * <p>{@code Terminal}, {@code InputFile} and {@code Lines} read. {@code Output} writes lines;
 * {@code RecordWriter} and {@code Table} lay out the records. {@code ExitCodes}, {@code
 * FailedException}, {@code ServerErrors} and {@code ErrorLine} report failures. {@code
 * ServeAccess}, {@code ServeLimits}, {@code OptionsFile}, {@code OptionsJson} and {@code Profile}
 * are the parts of {@code serve}; {@code Ending} ends it. Only the launcher runs {@code Rehearsal}.
 */
@NullMarked
package io.databroker.server.cli;

import org.jspecify.annotations.NullMarked;
