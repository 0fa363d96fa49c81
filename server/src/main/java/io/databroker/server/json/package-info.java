/** Records as lines of JSON. */
@NullMarked
package io.databroker.server.json;

import org.jspecify.annotations.NullMarked;
