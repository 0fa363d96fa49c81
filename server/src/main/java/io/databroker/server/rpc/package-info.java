/**
 * Serves the databroker protocol over gRPC, on any backend.
 *
 * <p>{@link BrokerServer} starts the services, with {@link ServerSettings}.
 *
 * <ul>
 *   <li>Calls: {@code DataBrokerService} and {@code CheckpointService} handle them; {@code
 *       Searches} handles Query and Patch, with {@code FilterStruct} for filters; {@code
 *       ConditionalPuts} and {@code Restores} are services of our own. {@code RegistryService}
 *       answers the registry from {@code Registrations}.
 *   <li>Where calls run: {@code CallPlaces} chooses an event loop or the {@code Threads}; {@code
 *       LoopPause} moves calls to threads after one that took long. {@code AdmittedCall} follows
 *       one call from its admission to the end of its answer.
 *   <li>Requests: {@code Intake} limits them, {@code WholeRequest} reads their bytes, and {@code
 *       RequestCheck} counts their parts before they are parsed.
 *   <li>Answers: {@code Answer} and {@code Statuses} turn results and errors into answers. {@code
 *       WireRecords}, {@code WireTimes} and {@code LeaseIds} convert values; {@code EncodedRecords}
 *       writes records as bytes without messages, and a {@code LargeRecord} around its stored
 *       payload. {@code BoundedAnswers} bounds what is not yet sent.
 *   <li>Streams: {@code Streams} opens them, {@code ChangesSource}, {@code SnapshotSource} and
 *       {@code RegistrySource} supply messages, {@code Pump} sends them as fast as the client
 *       reads, through the {@code RecordGate}. {@code ToldChanges} keeps the messages of the latest
 *       changes for all watchers.
 *   <li>Limits and reports: {@code GrowthLimits} and {@code HeldLeases} limit leases and options,
 *       {@code VersionWait} waits for the version that a query names, {@code HealthProbe} decides
 *       the health. {@code SlowCalls} and {@code Audited} write to the log.
 * </ul>
 */
@NullMarked
package io.databroker.server.rpc;

import org.jspecify.annotations.NullMarked;
