/**
 * Codecs of well-known libraries. Each needs its library on the class path; {@code databroker-host}
 * does not depend on it.
 *
 * <p><b>Thread-safety:</b> codecs are immutable; any thread may use them.
 */
@NullMarked
package io.databroker.host.codec;

import org.jspecify.annotations.NullMarked;
