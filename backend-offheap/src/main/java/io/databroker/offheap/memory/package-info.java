/** Memory off the heap: regions, the spaces that segments lie in, and the guard that frees them. */
@NullMarked
package io.databroker.offheap.memory;

import org.jspecify.annotations.NullMarked;
