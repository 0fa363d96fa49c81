/** Records off the heap, found through Chronicle Map; in RAM or in a directory. */
@NullMarked
package io.databroker.offheap;

import org.jspecify.annotations.NullMarked;
