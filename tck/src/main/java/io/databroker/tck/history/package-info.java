/** Recorded histories of concurrent calls, and their judgement. */
@NullMarked
package io.databroker.tck.history;

import org.jspecify.annotations.NullMarked;
