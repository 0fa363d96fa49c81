/** Speed and memory, side by side with the bare data structures and with peers. */
@NullMarked
package io.databroker.benchmarks;

import org.jspecify.annotations.NullMarked;
