/** Records on the heap: the embedded default. */
@NullMarked
package io.databroker.inmemory;

import org.jspecify.annotations.NullMarked;
