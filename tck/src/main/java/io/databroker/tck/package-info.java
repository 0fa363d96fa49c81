/** The contract as tests. */
@NullMarked
package io.databroker.tck;

import org.jspecify.annotations.NullMarked;
