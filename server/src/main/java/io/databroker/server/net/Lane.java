package io.databroker.server.net;

import java.util.concurrent.Executor;

/**
 * Threads that run calls of one kind.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param executor runs the calls
 * @param mostOfOneConnection calls of one connection that run or are queued there at once; with the
 *     number of threads, a connection can use all of them, but others wait for one turn only
 */
public record Lane(Executor executor, int mostOfOneConnection) {}
