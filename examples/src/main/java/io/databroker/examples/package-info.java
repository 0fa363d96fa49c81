/** What a reader copies from. */
@NullMarked
package io.databroker.examples;

import org.jspecify.annotations.NullMarked;
