package io.databroker.tck.run;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.databroker.api.FieldExtractor;
import io.databroker.tck.DatabrokerTck;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.engine.HungException;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.Nemesis;
import io.databroker.tck.engine.Subject;
import io.databroker.tck.engine.Violation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.TestAbortedException;

/**
 * Runs the kit, or some of its rules, on a backend.
 *
 * <p><b>Thread-safety:</b> one run at a time in a JVM.
 */
public final class KitRun {
  /** The indexed fields of the kit's payloads. */
  static final FieldExtractor FIELDS = DatabrokerTck.fields();

  private static final AtomicReference<Subject> SUBJECT = new AtomicReference<>();

  private static final AtomicBoolean STOPPED = new AtomicBoolean();

  private KitRun() {}

  /** Listener of the tests of a run. */
  interface Progress {
    /** A test begins. */
    void started(String chapter, String test);

    /** A test has ended. */
    void ended(Outcome outcome);
  }

  /** Ends the current run after the running test. */
  public static void stop() {
    STOPPED.set(true);
  }

  /** The kit, for the subject of the run. */
  static final class SubjectTck extends DatabrokerTck {
    @Override
    public io.databroker.api.BackendProvider provider() {
      if (STOPPED.get()) {
        throw new TestAbortedException("not run: stopped before");
      }
      return Objects.requireNonNull(SUBJECT.get()).provider();
    }

    @Override
    public io.databroker.api.Settings settings(Path directory) {
      return Objects.requireNonNull(SUBJECT.get()).settings(directory);
    }

    @Override
    public List<Nemesis> faults() {
      return Objects.requireNonNull(SUBJECT.get()).faults();
    }

    @Override
    public Optional<ChildProvider> inChildJvm() {
      return Objects.requireNonNull(SUBJECT.get()).inChildJvm();
    }
  }

  /**
   * Runs the tests of these rules.
   *
   * @param rules their numbers; empty for all
   * @param parameters the configuration parameters that {@link DatabrokerTck} describes
   * @param progress called with each test that has ended
   */
  public static List<Outcome> run(
      Subject subject,
      Set<String> rules,
      Map<String, String> parameters,
      Consumer<Outcome> progress) {
    return run(
        subject,
        rules,
        Set.of(),
        parameters,
        new Progress() {
          @Override
          public void started(String chapter, String test) {}

          @Override
          public void ended(Outcome outcome) {
            progress.accept(outcome);
          }
        });
  }

  /** Runs the tests of these rules, except those already done, each given as chapter and name. */
  static List<Outcome> run(
      Subject subject,
      Set<String> rules,
      Set<String> done,
      Map<String, String> parameters,
      Progress progress) {
    SUBJECT.set(subject);
    STOPPED.set(false);
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(SubjectTck.class))
            .filters(ofRules(rules), otherThan(done))
            .configurationParameters(parameters)
            .build();
    Launcher launcher =
        LauncherFactory.create(
            LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .build());
    Listener listener = new Listener(progress);
    launcher.execute(request, listener);
    return listener.outcomes;
  }

  private static PostDiscoveryFilter ofRules(Set<String> rules) {
    return descriptor -> {
      Optional<MethodSource> method = method(descriptor);
      return FilterResult.includedIf(
          rules.isEmpty()
              || method.isEmpty()
              || rulesOf(method.get()).stream().anyMatch(rules::contains));
    };
  }

  private static PostDiscoveryFilter otherThan(Set<String> done) {
    return descriptor -> FilterResult.includedIf(!done.contains(name(descriptor)));
  }

  private static String name(TestDescriptor descriptor) {
    return method(descriptor).map(KitRun::name).orElse("");
  }

  private static String name(MethodSource method) {
    return method.getJavaClass().getSimpleName() + "." + method.getMethodName();
  }

  private static Optional<MethodSource> method(TestDescriptor descriptor) {
    return descriptor.getSource().map(s -> s instanceof MethodSource method ? method : null);
  }

  private static List<String> rulesOf(MethodSource method) {
    Rule rule = method.getJavaMethod().getAnnotation(Rule.class);
    return rule == null ? List.of() : List.of(rule.value());
  }

  private static final class Listener implements TestExecutionListener {
    private final Progress progress;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<String, List<String>> notes = new HashMap<>();
    private final Map<String, Long> started = new HashMap<>();

    Listener(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
      notes
          .computeIfAbsent(test.getUniqueId(), none -> new ArrayList<>())
          .addAll(entry.getKeyValuePairs().values());
    }

    @Override
    public void executionStarted(TestIdentifier test) {
      started.put(test.getUniqueId(), System.nanoTime());
      if (test.getSource().orElse(null) instanceof MethodSource method) {
        progress.started(method.getJavaClass().getSimpleName(), method.getMethodName());
      }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      Throwable failure = result.getThrowable().orElse(null);
      if (test.getSource().orElse(null) instanceof MethodSource method) {
        long start = Objects.requireNonNull(started.get(test.getUniqueId()));
        Outcome outcome =
            new Outcome(
                method.getJavaClass().getSimpleName(),
                method.getMethodName(),
                broken(failure).orElse(rulesOf(method)),
                verdict(result),
                failure == null ? "" : Objects.toString(failure.getMessage(), failure.toString()),
                failure,
                Duration.ofNanos(System.nanoTime() - start),
                notes.getOrDefault(test.getUniqueId(), List.of()),
                verdict(result) == Outcome.Verdict.FAIL && failure != null
                    ? Traces.of(failure)
                    : "",
                failure instanceof Violation violation ? violation.saved() : "",
                isPoison(failure));
        outcomes.add(outcome);
        progress.ended(outcome);
      } else if (failure != null) {
        throw new IllegalStateException("the kit could not run " + test.getDisplayName(), failure);
      }
    }

    private static Optional<List<String>> broken(@Nullable Throwable failure) {
      return failure instanceof Violation violation && !violation.found().isEmpty()
          ? Optional.of(violation.found())
          : Optional.empty();
    }

    private static boolean isPoison(@Nullable Throwable failure) {
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof HungException || cause instanceof OutOfMemoryError) {
          return true;
        }
      }
      return false;
    }

    private static Outcome.Verdict verdict(TestExecutionResult result) {
      if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
        return Outcome.Verdict.PASS;
      }
      @Nullable Throwable failure = result.getThrowable().orElse(null);
      if (failure instanceof TestAbortedException aborted) {
        String reason = Objects.toString(aborted.getMessage(), "");
        return reason.startsWith("not run") ? Outcome.Verdict.NOT_RUN : Outcome.Verdict.SKIPPED;
      }
      return failure instanceof InconclusiveException
          ? Outcome.Verdict.INCONCLUSIVE
          : Outcome.Verdict.FAIL;
    }
  }
}
