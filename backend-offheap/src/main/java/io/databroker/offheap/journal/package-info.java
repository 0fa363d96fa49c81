/**
 * The journal: frames in segments, what may be read of them after a crash, and how they are forced.
 */
@NullMarked
package io.databroker.offheap.journal;

import org.jspecify.annotations.NullMarked;
