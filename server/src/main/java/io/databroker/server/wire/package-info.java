/** Forms that values and errors of the API have in the protocol, for both ends of a call. */
@NullMarked
package io.databroker.server.wire;

import org.jspecify.annotations.NullMarked;
