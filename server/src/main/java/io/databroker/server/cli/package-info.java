/**
 * The command line.
 *
 * <p>{@link DatabrokerCommand} is the root and reports errors; {@code Commands} is the table of the
 * commands, and each command is a class named after it, such as {@code ServeCommand}. {@code
 * Arguments}, {@code UnsignedConverter} and {@code Parsers} parse arguments. Most commands are a
 * {@code ReportingCommand}. A {@code RemoteCommand} calls a server through a {@code Connection},
 * with the credentials of {@code ClientAccess}. A {@code StoreCommand} reads or writes whole
 * stores; one with two servers has {@code TwoServersAccess}.
 *
 * <p>{@code Terminal}, {@code InputFile} and {@code Lines} read. {@code Output} writes lines;
 * {@code RecordWriter} and {@code Table} lay out the records. {@code ExitCodes}, {@code
 * FailedException}, {@code ServerErrors} and {@code ErrorLine} report failures.
 *
 * <p>{@code ServeCommand} declares the options of {@code serve}, with {@code ServeAccess}, {@code
 * ServeLimits}, {@code ServeLogs}, {@code ServeMetrics} and {@code ServeConsole}. {@code
 * ServeConfiguration} fills it from all sources, {@code ServeSetup} checks everything before it is
 * opened, {@code OptionsFile}, {@code OptionsJson} and {@code Profile} are parts of it, {@code
 * Reload} runs at a {@code HangUp}, and {@code Ending} ends the server. {@code Supervisor} notifies
 * systemd. Only the launcher runs {@code Rehearsal}, and only the build runs {@code Manual}, which
 * writes the manual pages.
 */
@NullMarked
package io.databroker.server.cli;

import org.jspecify.annotations.NullMarked;
