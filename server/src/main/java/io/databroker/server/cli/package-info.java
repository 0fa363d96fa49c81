/**
 * The command line.
 *
 * <p>{@link DatabrokerCommand} is the root; each command is a class named after it, such as {@code
 * ServeCommand}. A {@code RemoteCommand} asks a server through a {@code Connection}. {@code
 * Terminal} and {@code Output} read and write; {@code ExitCodes}, {@code FailedException} and
 * {@code ServerErrors} report failures. {@code OptionsFile} and {@code OptionsJson} read type
 * options.
 */
@NullMarked
package io.databroker.server.cli;

import org.jspecify.annotations.NullMarked;
