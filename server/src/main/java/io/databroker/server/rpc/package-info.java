/**
 * Serves the databroker protocol over gRPC, on any backend.
 *
 * <p>{@link BrokerServer} starts the services. {@code DataBrokerService} and {@code
 * CheckpointService} handle the calls; {@code Searches} handles Query and Patch, with {@code
 * FilterStruct} for filters. {@code Intake} limits requests; {@code Answer} and {@code Statuses}
 * turn results and errors into answers. {@code WireRecords}, {@code WireTimes} and {@code LeaseIds}
 * convert values. Streams: {@code Streams} opens them, {@code ChangesSource} and {@code
 * SnapshotSource} supply messages, {@code Pump} sends them as fast as the client reads. {@code
 * HealthProbe} decides the health, {@code RegistryService} answers the registry, {@code
 * VersionWait} waits for the version that a query names, {@code GrowthLimits} limits leases and
 * options.
 */
@NullMarked
package io.databroker.server.rpc;

import org.jspecify.annotations.NullMarked;
