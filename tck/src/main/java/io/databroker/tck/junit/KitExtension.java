package io.databroker.tck.junit;

import io.databroker.api.Capability;
import io.databroker.tck.contract.Contract;
import io.databroker.tck.contract.Lacks;
import io.databroker.tck.contract.Needs;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.engine.Again;
import io.databroker.tck.engine.Bench;
import io.databroker.tck.engine.BenchUser;
import io.databroker.tck.engine.HungException;
import io.databroker.tck.engine.InconclusiveException;
import io.databroker.tck.engine.LateAnswersException;
import io.databroker.tck.engine.Subject;
import io.databroker.tck.engine.Tuning;
import io.databroker.tck.engine.Violation;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.ReflectionSupport;
import org.opentest4j.TestAbortedException;

/** Gives each test a bench, and reports failures of background threads as failures of the test. */
public final class KitExtension
    implements ExecutionCondition,
        BeforeEachCallback,
        AfterEachCallback,
        InvocationInterceptor,
        TestExecutionExceptionHandler {
  private static final Namespace NAMESPACE = Namespace.create(KitExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<String> chosen = context.getConfigurationParameter(Again.RULES);
    if (chosen.isEmpty()) {
      return ConditionEvaluationResult.enabled("all rules are chosen");
    }
    Set<String> numbers = Contract.chosen(List.of(chosen.get().split(",", -1)));
    return context.getTestMethod().isEmpty() || !Collections.disjoint(rules(context), numbers)
        ? ConditionEvaluationResult.enabled("chosen")
        : ConditionEvaluationResult.disabled("not chosen by " + Again.RULES + "=" + chosen.get());
  }

  private static List<String> rules(ExtensionContext context) {
    Rule rule = context.getRequiredTestMethod().getAnnotation(Rule.class);
    return rule == null ? List.of() : List.of(rule.value());
  }

  /** Makes each failure name its rule. */
  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    boolean told =
        failure instanceof Violation
            || failure instanceof InconclusiveException
            || failure instanceof TestAbortedException;
    throw told ? failure : violation(context, failure);
  }

  private static Throwable violation(ExtensionContext context, Throwable failure) {
    Bench bench = context.getStore(NAMESPACE).get(Bench.class, Bench.class);
    return bench == null || rules(context).isEmpty()
        ? failure
        : Violation.of(bench.tuning, context.getRequiredTestMethod().getName(), failure);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Bench bench = prepare(context);
    Needs needs = context.getRequiredTestMethod().getAnnotation(Needs.class);
    for (Capability needed : needs == null ? new Capability[0] : needs.value()) {
      if (!bench.has(needed)) {
        throw new SkippedException("not declared: " + needed.label());
      }
    }
    Lacks lacks = context.getRequiredTestMethod().getAnnotation(Lacks.class);
    if (lacks != null && bench.has(lacks.value())) {
      throw new SkippedException("declared: " + lacks.value().label());
    }
  }

  /** Creates the bench of a test and hands it over. */
  private static Bench prepare(ExtensionContext context) {
    Subject subject = context.getRequiredTestInstances().findInstance(Subject.class).orElseThrow();
    Again again =
        new Again(
            rules(context),
            subject.getClass().getSimpleName(),
            context.getConfigurationParameter(Again.COMMAND));
    Tuning tuning = Tuning.of(context::getConfigurationParameter, again);
    Bench bench = bench(context, subject, tuning);
    context.getStore(NAMESPACE).put(Bench.class, bench);
    if (context.getRequiredTestInstance() instanceof BenchUser user) {
      user.use(bench);
    }
    return bench;
  }

  private static Bench bench(ExtensionContext context, Subject subject, Tuning tuning) {
    try {
      return Bench.of(subject, tuning, context::publishReportEntry);
    } catch (TestAbortedException aborted) {
      throw aborted;
    } catch (Throwable e) { // a constructor under test may throw anything
      throw Violation.of(tuning, context.getRequiredTestMethod().getName(), e);
    }
  }

  /** Runs a test, and abandons it if a call of the backend does not return. */
  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    Bench bench = context.getStore(NAMESPACE).get(Bench.class, Bench.class);
    if (bench == null) {
      invocation.proceed();
      return;
    }
    try {
      run(bench, invocation);
    } catch (LateAnswersException late) {
      runWithALongerSpan(bench, context);
    }
  }

  /**
   * Runs a test again, on a new bench: with the longer span, even a busy machine answers in time.
   */
  private static void runWithALongerSpan(Bench former, ExtensionContext context) throws Throwable {
    former.close();
    AssertionError behind = former.failureBehind();
    if (behind != null) {
      throw behind;
    }
    Bench bench = prepare(context);
    bench.lengthenSpan();
    run(
        bench,
        () ->
            ReflectionSupport.invokeMethod(
                context.getRequiredTestMethod(), context.getRequiredTestInstance()));
  }

  private static void run(Bench bench, Invocation<?> test) throws Throwable {
    bench.run(
        "the test",
        () -> {
          try {
            return test.proceed();
          } catch (Exception | Error e) {
            throw e;
          } catch (Throwable e) {
            throw new AssertionError(e);
          }
        });
  }

  private static boolean hangs(ExtensionContext context) {
    Throwable failure = context.getExecutionException().orElse(null);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof HungException) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Bench bench = context.getStore(NAMESPACE).get(Bench.class, Bench.class);
    if (bench != null) {
      if (hangs(context)) {
        bench.abandon();
      } else {
        bench.close();
      }
      if (context.getExecutionException().isEmpty()) {
        AssertionError behind = bench.failureBehind();
        if (behind != null) {
          throw Violation.of(bench.tuning, context.getRequiredTestMethod().getName(), behind);
        }
      }
    }
  }

  /** A test that does not concern the backend. */
  static final class SkippedException extends TestAbortedException {
    private static final long serialVersionUID = 1L;

    SkippedException(String reason) {
      super(Objects.requireNonNull(reason));
    }
  }
}
