package io.databroker.tck;

import java.util.Objects;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.opentest4j.TestAbortedException;

/** Gives each test a bench with a fresh place, and takes what failed behind its back. */
final class KitExtension implements BeforeEachCallback, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(KitExtension.class);

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    Subject subject = context.getRequiredTestInstances().findInstance(Subject.class).orElseThrow();
    Bench bench =
        new Bench(
            subject, Tuning.of(context::getConfigurationParameter), context::publishReportEntry);
    context.getStore(NAMESPACE).put(Bench.class, bench);
    Needs needs = context.getRequiredTestMethod().getAnnotation(Needs.class);
    if (needs != null && !bench.has(needs.value())) {
      throw new SkippedException("not declared: " + needs.value().label());
    }
    Lacks lacks = context.getRequiredTestMethod().getAnnotation(Lacks.class);
    if (lacks != null && bench.has(lacks.value())) {
      throw new SkippedException("declared: " + lacks.value().label());
    }
    if (context.getRequiredTestInstance() instanceof Chapter chapter) {
      chapter.bench = bench;
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Bench bench = context.getStore(NAMESPACE).get(Bench.class, Bench.class);
    if (bench != null) {
      bench.close();
      if (context.getExecutionException().isEmpty()) {
        bench.failIfAnythingFailedBehind();
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
