/**
 * The command line.
 *
 * <p>{@link DatabrokerCommand} is the root and reports errors; {@code Commands} is the table of the
 * commands, and each command is a class named after it, such as {@code ServeCommand}. {@code
 * Arguments}, the converters and {@code Numbers} parse arguments. A {@code RemoteCommand} asks a
 * server through a {@code Connection}, with the credentials of {@code ClientAccess}.
 *
 * <p>{@code Terminal}, {@code InputFile} and {@code Lines} read. {@code Output} writes lines;
 * {@code RecordWriter} and {@code Table} lay out what is shown. {@code ExitCodes}, {@code
 * FailedException}, {@code ServerErrors} and {@code ErrorLine} report failures. {@code
 * ServeAccess}, {@code ServeLimits}, {@code OptionsFile}, {@code OptionsJson} and {@code Profile}
 * are the parts of {@code serve}; {@code Ending} ends it. {@code Rehearsal} is run by the launcher
 * alone.
 */
@NullMarked
package io.databroker.server.cli;

import org.jspecify.annotations.NullMarked;
