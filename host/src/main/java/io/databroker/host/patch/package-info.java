/** Records changed in part, on any backend, without losing what others change. */
@NullMarked
package io.databroker.host.patch;

import org.jspecify.annotations.NullMarked;
