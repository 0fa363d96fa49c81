/** Records on the heap. */
@NullMarked
package io.databroker.inmemory;

import org.jspecify.annotations.NullMarked;
