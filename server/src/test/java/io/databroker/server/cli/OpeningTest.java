package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose store takes long to open. */
class OpeningTest {
  private static final String BEGUN = "databroker.test.opening.begun";
  private static final String ENDED = "databroker.test.opening.ended";

  /**
   * A backend that opens until the test ends it. The class loader of plugins loads it once more.
   */
  public static final class SlowProvider implements BackendProvider {
    @Override
    public String name() {
      return "slow";
    }

    @Override
    public List<Setting<?>> settings() {
      return List.of();
    }

    @Override
    public Set<Capability> capabilities(Settings settings) {
      return Set.of();
    }

    @Override
    public Limits limits(Settings settings) {
      return Limits.FLOOR;
    }

    @Override
    public Backend open(Settings settings, BackendContext context) {
      ((CountDownLatch) System.getProperties().get(BEGUN)).countDown();
      try {
        boolean ended =
            ((CountDownLatch) System.getProperties().get(ENDED)).await(1, TimeUnit.MINUTES);
        throw new OpenFailedException(ended ? "the test has seen enough" : "not ended", null);
      } catch (InterruptedException e) {
        throw new OpenFailedException("interrupted", e);
      }
    }
  }

  private static Path plugin(Path jar) throws IOException {
    String file = SlowProvider.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        InputStream code = OpeningTest.class.getClassLoader().getResourceAsStream(file)) {
      out.putNextEntry(new JarEntry(file));
      out.write(code.readAllBytes());
      out.putNextEntry(new JarEntry("META-INF/services/" + BackendProvider.class.getName()));
      out.write(SlowProvider.class.getName().getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aServerIsAliveButNotReadyWhileItsStoreOpens(@TempDir Path folder) throws Exception {
    String plugin = plugin(folder.resolve("slow.jar")).toString();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    System.getProperties().put(BEGUN, begun);
    System.getProperties().put(ENDED, ended);
    String endpoint;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      endpoint = "127.0.0.1:" + free.getLocalPort();
    }
    CompletableFuture<Cli> serve = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () ->
                serve.complete(
                    Cli.run(
                        "serve",
                        "--listen",
                        "127.0.0.1:0",
                        "--metrics",
                        endpoint,
                        "--plugin",
                        plugin,
                        "--backend",
                        "slow")));
    thread.start();
    try {
      assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(get("http://" + endpoint + "/healthz").statusCode()).isEqualTo(200);
      HttpResponse<String> ready = get("http://" + endpoint + "/readyz");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("the store is opening");
      assertThat(get("http://" + endpoint + "/metrics").body())
          .contains("jvm_memory_used_bytes")
          .doesNotContain("databroker_backend_version");
    } finally {
      ended.countDown();
      System.getProperties().remove(BEGUN);
      System.getProperties().remove(ENDED);
    }
    Cli failed = serve.get(1, TimeUnit.MINUTES);
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err()).contains("the test has seen enough");
    assertThatThrownBy(() -> get("http://" + endpoint + "/healthz"))
        .isInstanceOf(ConnectException.class);
  }
}
