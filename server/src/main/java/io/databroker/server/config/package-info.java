/**
 * Configuration of a command from four sources: its flags, variables of the environment, a YAML
 * file, and defaults; the first one that gives an option wins.
 *
 * <p>The options that the command declares to picocli are the only list of names. {@code
 * OptionNames} derives from each the key of the file and the variable. {@code YamlFile} reads the
 * file, {@link Configuration} merges the sources and collects all problems, and {@link
 * PrintedConfiguration} shows the result without {@link Secrets}.
 */
@NullMarked
package io.databroker.server.config;

import org.jspecify.annotations.NullMarked;
