package io.databroker.benchmarks.steady;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A packaged server in its own process, with its metrics. Any thread may use it. */
final class WatchedServer implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("listen=(\\S+)");
  private static final Pattern METRICS = Pattern.compile("metrics at (\\S+)");

  private final Process process;
  private final String address;
  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpRequest metrics;

  /**
   * Starts a server and waits until it is ready.
   *
   * @param log the file that gets its log
   */
  WatchedServer(Path launcher, List<String> options, Path log) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString(), "serve"));
    command.addAll(List.of("--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"));
    command.addAll(options);
    process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    address = found(ADDRESS, String.valueOf(out.readLine()));
    String text = Files.readString(log);
    metrics =
        HttpRequest.newBuilder(URI.create(found(METRICS, text)))
            .timeout(Duration.ofSeconds(30))
            .build();
  }

  private String found(Pattern pattern, String text) throws IOException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      process.destroyForcibly();
      throw new IOException("the server did not start: " + text);
    }
    return matcher.group(1);
  }

  /** Opens another connection; the caller closes it. */
  ManagedChannel connect() {
    return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
  }

  /** Returns all metrics in the text format of Prometheus. */
  String scrape() throws IOException, InterruptedException {
    return http.send(metrics, HttpResponse.BodyHandlers.ofString()).body();
  }

  /** Lets the server collect all garbage, so that the heap after a collection is known. */
  void collect() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process collecting =
        new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!collecting.waitFor(60, TimeUnit.SECONDS)) {
      collecting.destroyForcibly();
    }
  }

  /** Stops the server as its supervisor would; returns its exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
