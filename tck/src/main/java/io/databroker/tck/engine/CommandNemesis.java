package io.databroker.tck.engine;

import io.databroker.tck.text.Texts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Fault that shell commands inject and heal.
 *
 * <p>A command finds the backend's directory in the environment variable {@code
 * DATABROKER_TCK_DIRECTORY}. It has a bounded time and must end with exit code 0.
 *
 * @param name a short name for reports
 * @param fault the command that injects it
 * @param cure the command that heals it
 */
public record CommandNemesis(String name, String fault, String cure) implements Nemesis {
  /** The environment variable that holds the backend's directory. */
  public static final String DIRECTORY = "DATABROKER_TCK_DIRECTORY";

  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final int MOST_OUTPUT = 500;

  @Override
  public void inject(Path directory) throws IOException, InterruptedException {
    run(fault, directory, LONGEST);
  }

  @Override
  public void heal(Path directory) throws IOException, InterruptedException {
    run(cure, directory, LONGEST);
  }

  static void run(String command, Path directory, Duration longest)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("databroker-tck-command", ".txt");
    try {
      ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command);
      builder.environment().put(DIRECTORY, directory.toString());
      // To a file: a process that the command leaves behind may keep a pipe open for ever.
      Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
      process.getOutputStream().close();
      if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        end(process.toHandle());
        throw new IOException(
            Texts.format(
                "the command did not end within %d seconds: %s", longest.toSeconds(), command));
      }
      if (process.exitValue() != 0) {
        String told = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
        throw new IOException(
            Texts.format(
                "the command ended with exit code %d: %s%s",
                process.exitValue(),
                command,
                told.isEmpty()
                    ? ""
                    : "; it printed: " + told.substring(0, Math.min(MOST_OUTPUT, told.length()))));
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }

  /** Kills a process and its children, and waits a moment for their ends. */
  private static void end(ProcessHandle process) throws InterruptedException {
    List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process)).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    CompletableFuture<?>[] ends =
        all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException stays) {
      // The system ends it when it can.
    }
  }
}
