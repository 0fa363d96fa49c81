/** Repeats conditional writes that lost a race; internal to the host. */
@NullMarked
package io.databroker.host.retry;

import org.jspecify.annotations.NullMarked;
