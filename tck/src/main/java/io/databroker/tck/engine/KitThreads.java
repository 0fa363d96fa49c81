package io.databroker.tck.engine;

import java.util.concurrent.ThreadFactory;

/**
 * Creates threads of the kit. Their names differ from those of a backend's threads, and they keep
 * no JVM alive.
 *
 * <p><b>Thread-safety:</b> immutable.
 *
 * @param name the name of the threads, without {@link #PREFIX}
 */
public record KitThreads(String name) implements ThreadFactory {
  /** Beginning of the names. */
  public static final String PREFIX = "tck-";

  @Override
  public Thread newThread(Runnable work) {
    Thread thread = new Thread(work, PREFIX + name);
    thread.setDaemon(true);
    return thread;
  }

  /** Starts a single thread. */
  public static Thread start(String name, Runnable work) {
    Thread thread = new KitThreads(name).newThread(work);
    thread.start();
    return thread;
  }
}
