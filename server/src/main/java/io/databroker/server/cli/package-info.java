/** The command line. */
@NullMarked
package io.databroker.server.cli;

import org.jspecify.annotations.NullMarked;
