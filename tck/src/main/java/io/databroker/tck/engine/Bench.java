package io.databroker.tck.engine;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.CheckedBackend;
import io.databroker.api.Limits;
import io.databroker.api.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fixture of one test: backends with empty stores, a clock, and a notifier.
 *
 * <p><b>Thread-safety:</b> the test's thread owns it; backends may be opened by any thread.
 */
public final class Bench {
  private static final InstantSource WALL_CLOCK = InstantSource.system();

  /** On a busy machine, answers come within this many times the span. */
  private static final int LENGTHENED = 4;

  public final Tuning tuning;
  public final TestClock clock = new TestClock();

  private final BackendProvider provider;
  private final Subject subject;
  private final Path root;
  private final ExecutorService notifier;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<Backend> opened = new ArrayList<>();
  private final Thread.@Nullable UncaughtExceptionHandler formerHandler;
  private final Thread.UncaughtExceptionHandler handler = this::failedBehind;
  private final Calls calls;
  private final BiConsumer<String, String> reporter;

  /** Time that a test lets pass on a real clock. */
  private Duration realSpan = Duration.ofMillis(700);

  /** Lead of the engine's clock over that of this JVM, once it is known. */
  private @Nullable Duration ahead;

  /**
   * Creates the bench of a test.
   *
   * @throws HungException if the provider's constructor does not return
   */
  public static Bench of(Subject subject, Tuning tuning, BiConsumer<String, String> reporter)
      throws Throwable {
    Calls calls = new Calls(tuning.callBound());
    return Bounded.call(
        "the constructor of the provider",
        tuning.callBound().multipliedBy(3),
        calls,
        () -> new Bench(subject, tuning, reporter, calls));
  }

  private Bench(Subject subject, Tuning tuning, BiConsumer<String, String> reporter, Calls calls)
      throws IOException {
    this.calls = calls;
    this.reporter = reporter;
    this.subject = subject;
    this.tuning = tuning;
    this.provider = Objects.requireNonNull(subject.provider(), "provider() answered null");
    this.root = Files.createTempDirectory("databroker-tck");
    this.notifier = Executors.newFixedThreadPool(2, new KitThreads("notifier"));
    this.formerHandler = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler(handler);
  }

  private void failedBehind(Thread thread, Throwable failure) {
    if (!(failure instanceof DeliberateFailure)) {
      failures.add(failure);
    }
  }

  /**
   * Copies the directory of one place to that of another, file by file.
   *
   * @return whether there was a directory to copy
   */
  public boolean copy(int from, int to) throws IOException {
    Path source = directory(from);
    Path target = directory(to);
    if (!Files.isDirectory(source)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(source.relativize(file)));
      }
    }
    return true;
  }

  /** Returns the settings of one of the test's places. */
  public Settings settings(int place) {
    return subject.settings(directory(place));
  }

  /** Returns the settings of one of the test's places, as text. */
  public Map<String, String> settingTexts(int place) {
    return SettingTexts.of(provider, settings(place));
  }

  /** Returns the source of the provider for a child JVM, or nothing if there is none. */
  public Optional<ChildProvider> inChildJvm() {
    return subject.inChildJvm();
  }

  /** Returns the faults that the kit injects. */
  public List<Nemesis> faults() {
    return subject.faults();
  }

  /** Returns the directory of one of the test's places. */
  public Path directory(int place) {
    return root.resolve("place-" + place);
  }

  public boolean has(Capability capability) {
    return capabilities().contains(capability);
  }

  public Set<Capability> capabilities() {
    return ProviderLoader.call(provider, () -> provider.capabilities(settings(0)));
  }

  public Limits limits() {
    return ProviderLoader.call(provider, () -> provider.limits(settings(0)));
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

  /** Opens a backend at the given place without the argument checks; its caller closes it. */
  public Backend openUnchecked(int place, BackendContext context) {
    Settings settings = settings(place);
    return calls.call(
        "open", () -> ProviderLoader.call(provider, () -> provider.open(settings, context)));
  }

  /** Opens a backend at the given place, as a host does: behind the argument checks. */
  public Backend open(int place, BackendContext context) {
    Settings settings = settings(place);
    Limits limits = ProviderLoader.call(provider, () -> provider.limits(settings));
    Backend raw = openUnchecked(place, context);
    Backend backend = new WatchedBackend(CheckedBackend.over(raw, limits), calls);
    synchronized (opened) {
      opened.add(backend);
    }
    return backend;
  }

  /** Forgets a closed backend. */
  public void forget(Backend backend) {
    synchronized (opened) {
      opened.removeIf(each -> each == backend);
    }
  }

  /** Deletes the files of a place whose backends are closed. */
  public void delete(int place) {
    try {
      delete(directory(place));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the time by the clock of the backend; an estimate of it, if the engine has its own
   * clock.
   */
  public Instant now() {
    return has(Capability.TURNABLE_CLOCK)
        ? clock.instant()
        : WALL_CLOCK.instant().plus(engineAhead());
  }

  private Duration engineAhead() {
    synchronized (opened) {
      if (ahead == null && !opened.isEmpty()) {
        ahead = EngineClock.ahead(opened.get(opened.size() - 1), WALL_CLOCK);
      }
      return ahead == null ? Duration.ZERO : ahead;
    }
  }

  /**
   * Begins a time within which the following calls must return. It begins before the first of them,
   * and is checked before their answers are judged.
   *
   * @param most the longest time after which the answers can still be judged
   */
  public Haste haste(Duration most) {
    return new Haste(!has(Capability.TURNABLE_CLOCK), most);
  }

  /** A duration that a test can let pass, longer than any call. */
  public Duration span() {
    return has(Capability.TURNABLE_CLOCK) ? Duration.ofSeconds(10) : realSpan;
  }

  /** Makes the span on a real clock longer, for a test whose answers came too late. */
  public void lengthenSpan() {
    realSpan = realSpan.multipliedBy(LENGTHENED);
  }

  /** Advances the clock, or waits if the test cannot set it. */
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

  /** Reports to the listeners of the tests. */
  public void report(String what, String value) {
    reporter.accept(what, value);
  }

  /** Runs the test's code with a time limit. */
  public void run(String what, Callable<?> test) throws Throwable {
    Bounded.call(what, tuning.testBound(), calls, test);
  }

  /** Closes the backends, and collects failures of other threads. */
  public void close() throws IOException {
    try {
      Bounded.call(
          "closing the backends",
          tuning.callBound().multipliedBy(6),
          calls,
          () -> {
            synchronized (opened) {
              opened.forEach(Backend::close);
            }
            return null;
          });
    } catch (InconclusiveException slow) {
      abandon();
      throw slow;
    } catch (Throwable e) { // close of a backend under test may throw anything
      failures.add(e);
    }
    abandon();
  }

  /** Frees everything except the backends, one of which hangs. */
  public void abandon() throws IOException {
    notifier.shutdown();
    try {
      if (!notifier.awaitTermination(tuning.patience().toMillis(), TimeUnit.MILLISECONDS)) {
        failures.add(new AssertionError("a signal is still running after close"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (Thread.getDefaultUncaughtExceptionHandler() != handler) {
      failures.add(
          new AssertionError(
              "the backend replaced the JVM's default uncaught exception handler,"
                  + " which belongs to the host"));
    }
    Thread.setDefaultUncaughtExceptionHandler(formerHandler);
    delete(root);
  }

  /** Deletes a folder with all that is in it, if it exists. */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Returns a failure of another thread during the test, or null. */
  public @Nullable AssertionError failureBehind() {
    if (failures.isEmpty()) {
      return null;
    }
    if (failures.get(0) instanceof AssertionError told) {
      return told;
    }
    AssertionError error =
        new AssertionError(
            "a background thread, or closing, failed: " + failures.get(0), failures.get(0));
    failures.stream().skip(1).filter(Objects::nonNull).forEach(error::addSuppressed);
    return error;
  }
}
