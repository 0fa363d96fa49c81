/**
 * The rules of CONTRACT.md ({@code Contract}), the hint for a broken rule ({@code Hints}), and the
 * annotations with which a test names its rules ({@code Rule}) and the capabilities that it needs
 * or excludes ({@code Needs}, {@code Lacks}).
 *
 * <p><b>Thread-safety:</b> all types are immutable.
 */
@NullMarked
package io.databroker.tck.contract;

import org.jspecify.annotations.NullMarked;
