/**
 * Child JVMs and the line between a child and its parent. {@link io.databroker.tck.child.ChildJvm}
 * builds the command lines of children. The parent listens at a {@link
 * io.databroker.tck.child.Port}; the child sends its events over a {@link
 * io.databroker.tck.child.Link}, one {@link io.databroker.tck.child.Words} line per event.
 */
@NullMarked
package io.databroker.tck.child;

import org.jspecify.annotations.NullMarked;
