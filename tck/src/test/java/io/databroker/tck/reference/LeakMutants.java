package io.databroker.tck.reference;

import io.databroker.api.Backend;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Mutants that leave a resource behind after a close. */
final class LeakMutants {
  private static final List<Object> LEFT = new ArrayList<>();

  private LeakMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.backend(
            "CLOSE-5",
            "close-leaves-its-thread",
            "has a thread that a close does not end",
            (store, context) -> {
              startThread();
              return new ReferenceBackend(store, context);
            }),
        Mutant.backend(
            "CLOSE-5",
            "close-leaves-a-file-open",
            "opens a file that a close does not close",
            (store, context) -> {
              try {
                InputStream open = new FileInputStream("/proc/self/stat");
                LEFT.add(open);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              return new ReferenceBackend(store, context);
            }),
        Mutant.backend(
            "CLOSE-5",
            "closed-backend-kept",
            "is kept in a list of all opened backends",
            (store, context) -> {
              Backend backend = new ReferenceBackend(store, context);
              LEFT.add(backend);
              return backend;
            }),
        Mutant.feed(
            "FEED-17",
            "closed-feed-kept",
            "keeps closed feeds in its list of feeds",
            (backend, from, type) ->
                new ReferenceFeed(backend, from, type) {
                  @Override
                  protected void end() {
                    signal();
                  }
                }));
  }

  /** Starts a thread that ends with the JVM. */
  static void startThread() {
    CountDownLatch never = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              try {
                never.await();
              } catch (InterruptedException ended) {
                // Ends with the JVM.
              }
            },
            "housekeeper");
    thread.setDaemon(true);
    thread.start();
  }
}
