/** Access to a server as a store to copy from or to. */
@NullMarked
package io.databroker.server.remote;

import org.jspecify.annotations.NullMarked;
