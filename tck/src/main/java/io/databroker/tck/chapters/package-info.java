/**
 * The tests, one class per chapter of the contract; {@link io.databroker.tck.chapters.AllChapters}
 * holds them all. {@code Chapter} is their base class. A test names its rules by {@link
 * io.databroker.tck.contract.Rule}.
 */
@NullMarked
package io.databroker.tck.chapters;

import org.jspecify.annotations.NullMarked;
