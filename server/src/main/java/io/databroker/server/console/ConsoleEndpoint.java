package io.databroker.server.console;

import com.google.gson.JsonObject;
import io.databroker.api.Backend;
import io.databroker.api.DatabrokerException;
import io.databroker.api.StoredRecord;
import io.databroker.server.auth.TlsFiles;
import io.databroker.server.http.HttpAnswer;
import io.databroker.server.http.HttpEndpoint;
import io.databroker.server.http.HttpQuestion;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The console: a page at {@code /}, and the data that it shows under {@code /api/}. It reads and
 * never writes.
 *
 * <p><b>Thread-safety:</b> safe.
 */
public final class ConsoleEndpoint implements AutoCloseable {
  /** Enough for a type and an id of usual length in percent encoding. */
  private static final int LONGEST_LINE = 16 << 10;

  private static final int THREADS = 4;

  /** Largest number of concurrent searches, so that the other answers have threads. */
  private static final int SEARCHES = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LONGEST_SEARCH = Duration.ofSeconds(5);

  private final ConsolePage page = new ConsolePage();
  private final ConsoleAccess access;
  private final Backend backend;
  private final ScheduledExecutorService follower = thread("databroker-console-tail");
  private final ScheduledExecutorService counter = thread("databroker-console-count");
  private final Semaphore searching = new Semaphore(SEARCHES);
  private final Tail tail;
  private final Overview overview;
  private final Lists lists;
  private final RecordSearch search;
  private final HistoryScan scan;
  private @Nullable HttpEndpoint http;

  private ConsoleEndpoint(ConsoleSources sources, ConsoleAccess access) {
    LongSupplier nanoTime = System::nanoTime;
    this.access = access;
    this.backend = sources.opened().backend();
    Rates rates = new Rates(nanoTime);
    this.tail = new Tail(backend, follower, nanoTime, rates);
    this.overview = new Overview(sources, rates);
    this.lists = new Lists(sources, new TypeCounts(backend, counter, nanoTime), rates);
    this.search = new RecordSearch(backend, sources.types(), nanoTime, LONGEST_SEARCH);
    this.scan = new HistoryScan(backend, nanoTime, LONGEST_SEARCH);
  }

  private static ScheduledExecutorService thread(String name) {
    return Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory(name, true));
  }

  /**
   * Starts the console.
   *
   * @param tls certificate, key and authorities; null for plain text
   * @throws IOException if the address cannot be used
   */
  public static ConsoleEndpoint start(
      InetSocketAddress address,
      ConsoleSources sources,
      ConsoleAccess access,
      @Nullable TlsFiles tls)
      throws IOException {
    ConsoleEndpoint console = new ConsoleEndpoint(sources, access);
    try {
      SslContext context = tls == null ? null : context(tls);
      console.http =
          HttpEndpoint.start(
              address,
              new HttpEndpoint.Settings(
                  "databroker-console", THREADS, LONGEST_LINE, PATIENCE, context),
              console::answer);
      return console;
    } catch (IOException e) {
      console.close();
      throw e;
    }
  }

  private static SslContext context(TlsFiles files) throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(files.keyManager())
            .sslProvider(SslProvider.JDK)
            // With TLS 1.2 a client could repeat the handshake on its connection without end.
            .protocols("TLSv1.3");
    X509ExtendedTrustManager authorities = files.trustManager();
    if (authorities != null) {
      builder.trustManager(authorities).clientAuth(ClientAuth.REQUIRE);
    }
    return builder.build();
  }

  private HttpAnswer answer(HttpQuestion question) {
    if (question.path().equals("/")) {
      return page.answer();
    }
    if (!question.path().startsWith("/api/")) {
      return HttpAnswer.plain(404, "the console is at /\n");
    }
    Problem refusal = access.refusal(question);
    if (refusal != null) {
      return refusal.answer();
    }
    try {
      return data(question);
    } catch (DatabrokerException e) {
      return Problem.of(e).answer();
    } catch (NumberFormatException e) {
      return new Problem(400, "invalid-argument", "\"after\" is not a number").answer();
    }
  }

  private HttpAnswer data(HttpQuestion question) {
    String type = question.parameter("type");
    String id = question.parameter("id");
    String text = question.parameter("text");
    String after = question.parameter("after");
    return switch (question.path()) {
      case "/api/overview" -> {
        tail.look();
        yield ConsolePage.json(200, overview.json());
      }
      case "/api/types" -> {
        tail.look();
        yield ConsolePage.json(200, lists.types(text, after));
      }
      case "/api/leases" -> ConsolePage.json(200, lists.leases());
      case "/api/watchers" -> ConsolePage.json(200, lists.watchers());
      case "/api/tail" -> {
        tail.look();
        yield ConsolePage.json(200, tail.json(after.isEmpty() ? 0 : Long.parseLong(after)));
      }
      case "/api/record" -> record(type, id);
      case "/api/records" ->
          searched(
              () ->
                  search.run(
                      type,
                      text,
                      new RecordSearch.Key(question.parameter("afterType"), after),
                      question::isAbandoned));
      case "/api/history" ->
          searched(() -> scan.run(type, id, version(after), question::isAbandoned));
      default -> new Problem(404, "not-found", "there is no such data").answer();
    };
  }

  private static @Nullable Long version(String text) {
    return text.isEmpty() ? null : Long.parseUnsignedLong(text);
  }

  private HttpAnswer record(String type, String id) {
    StoredRecord record = type.isEmpty() || id.isEmpty() ? null : backend.get(type, id);
    return record == null
        ? new Problem(404, "not-found", "there is no such record").answer()
        : ConsolePage.json(200, Rows.whole(record));
  }

  private HttpAnswer searched(Supplier<JsonObject> work) {
    if (!searching.tryAcquire()) {
      return new Problem(503, "busy", "other searches are running; try again in a moment").answer();
    }
    try {
      return ConsolePage.json(200, work.get());
    } finally {
      searching.release();
    }
  }

  /** Returns the port that it listens on. */
  public int port() {
    return http == null ? 0 : http.port();
  }

  /** Closes all connections. Idempotent. */
  @Override
  public void close() {
    if (http != null) {
      http.close();
    }
    follower.shutdownNow();
    counter.shutdownNow();
  }
}
