/** The JUnit extension that prepares a bench for each test, and the display names. */
@NullMarked
package io.databroker.tck.junit;

import org.jspecify.annotations.NullMarked;
