/** Finds, configures and injects backends. */
@NullMarked
package io.databroker.host;

import org.jspecify.annotations.NullMarked;
