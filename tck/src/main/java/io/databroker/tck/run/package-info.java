/** Runs the kit without a test class: for the command line, and for the kit's own tests. */
@NullMarked
package io.databroker.tck.run;

import org.jspecify.annotations.NullMarked;
