/** The rules of CONTRACT.md, and the annotations by which a test names its rules and needs. */
@NullMarked
package io.databroker.tck.contract;

import org.jspecify.annotations.NullMarked;
