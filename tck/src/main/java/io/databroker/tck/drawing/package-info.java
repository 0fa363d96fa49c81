/**
 * Draws a violation as part of an HTML page. {@link io.databroker.tck.drawing.Markup} writes
 * well-formed markup and escapes every text; {@link io.databroker.tck.drawing.Drawing} draws a
 * {@link io.databroker.tck.history.Picture} as SVG and lists.
 *
 * <p><b>Thread-safety:</b> one thread uses each object.
 */
@NullMarked
package io.databroker.tck.drawing;

import org.jspecify.annotations.NullMarked;
