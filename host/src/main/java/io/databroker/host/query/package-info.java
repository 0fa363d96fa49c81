/** Records found by filters and by address, on any backend. */
@NullMarked
package io.databroker.host.query;

import org.jspecify.annotations.NullMarked;
