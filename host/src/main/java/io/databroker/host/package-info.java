/**
 * What a host application compiles against.
 *
 * <p>{@link io.databroker.host.Databroker} finds, configures and opens backends and closes them;
 * {@link io.databroker.host.DatabrokerModule} has them injected. {@link
 * io.databroker.host.TypedRecords} and {@link io.databroker.host.LeaseKeeper} stand on any backend.
 */
@NullMarked
package io.databroker.host;

import org.jspecify.annotations.NullMarked;
