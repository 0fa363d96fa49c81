package io.databroker.server.net;

import java.util.concurrent.Executor;

/**
 * Threads that run calls of one kind.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param executor runs the calls
 * @param mostOfOneConnection largest number of calls of one connection that run or are queued at
 *     the same time; if it is the number of threads, a connection can use all threads, but others
 *     wait for only one turn
 */
public record Lane(Executor executor, int mostOfOneConnection) {}
