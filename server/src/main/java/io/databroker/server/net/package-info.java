/**
 * The limits that keep one client from hurting another, below the services.
 *
 * <p>Read {@link io.databroker.server.net.NetworkLimits} first. {@link
 * io.databroker.server.net.Transport} builds the gRPC server.
 *
 * <ul>
 *   <li>Connections: {@code AdmittingGroup} accepts or rejects each one by {@code Admission}, which
 *       counts them by {@code Network}. {@code FloodGuard} and {@code YoungResets} count its
 *       frames, and {@code Connections} its open calls.
 *   <li>Memory: {@link io.databroker.server.net.Connection} counts the bytes that one connection
 *       holds, and {@link io.databroker.server.net.Connections} cuts off the connection with too
 *       many bytes. {@code ArrivalTracer} and {@code GzipRequests} bound requests; {@code
 *       RoomQueue} and {@code ReadWhileRead} hold back the answers of a client that does not read.
 *   <li>Large records: {@code RecordRoom} bounds those that are being sent. {@code Passage} and
 *       {@code FramingAllocator} send each from where it is stored, as a {@code RecordBuffer}; a
 *       {@code RecordPlace} follows its progress.
 *   <li>Processor: calls run on the threads of a {@code Lane}, where {@code CallTurns} and {@code
 *       SharedTurns} let connections take turns, or on the event loop, where {@code LoopTasks},
 *       {@code LoopTurn} and {@code LoopRound} bound the time.
 *   <li>{@code Watchdog} ends a process that can no longer serve.
 * </ul>
 */
@NullMarked
package io.databroker.server.net;

import org.jspecify.annotations.NullMarked;
