/**
 * The directory of a store: its lock, its description, how a copy is recognised, and whether it is
 * still there.
 */
@NullMarked
package io.databroker.offheap.directory;

import org.jspecify.annotations.NullMarked;
