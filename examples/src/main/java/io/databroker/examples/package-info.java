/** Short programs to copy from, one for each feature of the host. */
@NullMarked
package io.databroker.examples;

import org.jspecify.annotations.NullMarked;
