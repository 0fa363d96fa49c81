package io.databroker.server.auth;

import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a reload when one of some files changes. It compares contents, so it also sees a file that
 * was replaced behind a symbolic link within one tick of the file system's clock.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class FileWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FileWatch.class);
  private static final long EVERY_MILLIS = 1_000;

  /**
   * Reads the files again.
   *
   * <p><b>Thread-safety:</b> called by one thread at a time.
   */
  public interface Reload {
    /**
     * Reads the files.
     *
     * @throws AccessException if they are unusable; the watch tries again
     */
    void run() throws AccessException;
  }

  private final String what;
  private final List<Path> files;
  private final Reload reload;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          new DefaultThreadFactory("databroker-files", true));
  private String used;
  private String told = "";

  /**
   * Checks once a second.
   *
   * @param what the files in words, for the log
   * @param used the {@link #fingerprint} of the files, taken before they were read; so a change
   *     between that read and the first check is not missed
   */
  public static FileWatch start(String what, List<Path> files, String used, Reload reload) {
    FileWatch watch = new FileWatch(what, files, used, reload);
    var unused =
        watch.thread.scheduleWithFixedDelay(
            watch::lookAgain, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return watch;
  }

  FileWatch(String what, List<Path> files, String used, Reload reload) {
    this.what = what;
    this.files = List.copyOf(files);
    this.reload = reload;
    this.used = used;
  }

  private void lookAgain() {
    try {
      look();
    } catch (RuntimeException | Error e) { // an exception would end the checks
      log.error("{} could not be read", what, e);
    }
  }

  synchronized void look() {
    String now = fingerprint(files);
    if (now.equals(used)) {
      return;
    }
    try {
      reload.run();
      used = now;
      told = "";
      log.info("{} were read anew", what);
    } catch (AccessException e) {
      String problem = String.valueOf(e.getMessage());
      if (!problem.equals(told)) {
        told = problem;
        log.warn(
            "{} have changed and cannot be used; the former ones stay in use: {}", what, problem);
      }
    }
  }

  /** Returns a fingerprint of the contents of some files; a file that cannot be read has none. */
  public static String fingerprint(List<Path> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files) {
        try {
          digest.update(Files.readAllBytes(file));
        } catch (IOException e) {
          digest.update((byte) 0);
        }
        digest.update((byte) 1);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** Stops checking; idempotent. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
