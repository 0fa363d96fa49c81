/**
 * Fixtures of the tests. Start at {@link io.databroker.tck.engine.Bench}, which opens backends at
 * fresh places and turns the clock. {@link io.databroker.tck.engine.Violation} is the failure that
 * names a broken rule.
 */
@NullMarked
package io.databroker.tck.engine;

import org.jspecify.annotations.NullMarked;
