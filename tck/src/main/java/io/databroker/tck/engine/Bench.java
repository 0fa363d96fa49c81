package io.databroker.tck.engine;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.CheckedBackend;
import io.databroker.api.Limits;
import io.databroker.api.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one test works with: backends at places of its own, a clock, and a notifier. */
public final class Bench {
  public final Tuning tuning;
  public final TestClock clock = new TestClock();

  private final BackendProvider provider;
  private final Subject subject;
  private final Path root;
  private final ExecutorService notifier;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<Backend> opened = new ArrayList<>();
  private final Thread.@Nullable UncaughtExceptionHandler formerHandler;

  private final BiConsumer<String, String> reporter;

  public Bench(Subject subject, Tuning tuning, BiConsumer<String, String> reporter)
      throws IOException {
    this.reporter = reporter;
    this.subject = subject;
    this.tuning = tuning;
    this.provider = subject.provider();
    this.root = Files.createTempDirectory("databroker-tck");
    this.notifier =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "tck-notifier");
              thread.setDaemon(true);
              return thread;
            });
    this.formerHandler = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
  }

  /** The settings of one of the test's places. */
  public Settings settings(int place) {
    return subject.settings(root.resolve("place-" + place));
  }

  public boolean has(Capability capability) {
    return capabilities().contains(capability);
  }

  public Set<Capability> capabilities() {
    return provider.capabilities(settings(0));
  }

  public Limits limits() {
    return provider.limits(settings(0));
  }

  public BackendProvider provider() {
    return provider;
  }

  public BackendContext context() {
    InstantSource time = has(Capability.TURNABLE_CLOCK) ? clock : InstantSource.system();
    return BackendContext.standard()
        .withClock(time)
        .withNotifier(notifier)
        .withExtractor(TestFields.FIRST);
  }

  /** Opens a backend at that place, as a host does: behind the argument checks. */
  public Backend open(int place, BackendContext context) {
    Settings settings = settings(place);
    Backend backend =
        CheckedBackend.over(provider.open(settings, context), provider.limits(settings));
    synchronized (opened) {
      opened.add(backend);
    }
    return backend;
  }

  /** Now, by the clock that the backend goes by. */
  public Instant now() {
    return has(Capability.TURNABLE_CLOCK) ? clock.instant() : Instant.now();
  }

  /** A length of time that a test can let pass, and that no call takes. */
  public Duration span() {
    return has(Capability.TURNABLE_CLOCK) ? Duration.ofSeconds(10) : Duration.ofMillis(700);
  }

  /** Turns the clock, or waits if it cannot be turned. */
  public void pass(Duration time) {
    if (has(Capability.TURNABLE_CLOCK)) {
      clock.turn(time);
    } else {
      try {
        Thread.sleep(time.toMillis() + 20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while time should pass", e);
      }
    }
  }

  /** Tells whoever listens to the tests. */
  public void report(String what, String value) {
    reporter.accept(what, value);
  }

  public void close() throws IOException {
    try {
      synchronized (opened) {
        for (Backend backend : opened) {
          backend.close();
        }
      }
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
    notifier.shutdown();
    try {
      if (!notifier.awaitTermination(tuning.patience().toMillis(), TimeUnit.MILLISECONDS)) {
        failures.add(new AssertionError("a signal is still running after close"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Thread.setDefaultUncaughtExceptionHandler(formerHandler);
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** What failed in another thread, or null: it is pinned on the test. */
  public @Nullable AssertionError failureBehind() {
    if (failures.isEmpty()) {
      return null;
    }
    AssertionError error =
        new AssertionError(
            "a background thread, or closing, failed: " + failures.get(0), failures.get(0));
    failures.stream().skip(1).filter(Objects::nonNull).forEach(error::addSuppressed);
    return error;
  }
}
