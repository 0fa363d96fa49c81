/**
 * The rules of CONTRACT.md, and the annotations with which a test names its rules and requirements.
 *
 * <p><b>Thread-safety:</b> all types are immutable.
 */
@NullMarked
package io.databroker.tck.contract;

import org.jspecify.annotations.NullMarked;
