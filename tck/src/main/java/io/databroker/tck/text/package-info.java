/**
 * Texts for people and programs, which are the same in every locale.
 *
 * <p><b>Thread-safety:</b> stateless.
 */
@NullMarked
package io.databroker.tck.text;

import org.jspecify.annotations.NullMarked;
