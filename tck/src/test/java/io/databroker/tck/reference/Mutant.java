package io.databroker.tck.reference;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Position;
import io.databroker.api.Settings;
import io.databroker.api.UnavailableException;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.engine.Nemesis;
import io.databroker.tck.engine.Subject;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A reference backend with one defect.
 *
 * @param name the name of the mutant
 * @param rule the rule that the mutant breaks, whose tests must kill it
 * @param defect the defect in words
 * @param provider the provider of the mutant
 * @param durable whether the store outlives the backend
 */
public record Mutant(
    String name, String rule, String defect, ReferenceProvider provider, boolean durable)
    implements Subject {
  private static final int LATE_CALLS = 20;

  /** A mutant whose backend differs. */
  static Mutant backend(
      String rule, String name, String defect, BiFunction<Store, BackendContext, Backend> backend) {
    ReferenceProvider provider =
        new ReferenceProvider() {
          @Override
          protected Backend backend(Store store, BackendContext context) {
            return backend.apply(store, context);
          }
        };
    return new Mutant(name, rule, defect, provider, false);
  }

  /** A mutant that writes differently. */
  static Mutant writer(
      String rule, String name, String defect, Function<ReferenceBackend, ReferenceWriter> writer) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              protected ReferenceWriter writer() {
                return writer.apply(this);
              }
            });
  }

  /** Makes a feed. */
  interface Feeds {
    ReferenceFeed feed(ReferenceBackend backend, Position from, @Nullable String type);
  }

  /** A mutant whose feeds differ. */
  static Mutant feed(String rule, String name, String defect, Feeds feeds) {
    return backend(
        rule,
        name,
        defect,
        (store, context) ->
            new ReferenceBackend(store, context) {
              @Override
              protected ReferenceFeed feed(Position from, @Nullable String type) {
                return feeds.feed(this, from, type);
              }
            });
  }

  static Mutant provider(String rule, String name, String defect, ReferenceProvider provider) {
    return new Mutant(name, rule, defect, provider, false);
  }

  /** A correct backend whose engine can go away. */
  public static Mutant ofEngineThatGoesAway() {
    return new Mutant("away", "ERR-2", "none", new AwayProvider(), false);
  }

  /** A correct backend whose first calls fail, after an open and after each fault. */
  public static Mutant ofEngineThatComesBackSlowly() {
    AwayProvider slow =
        new AwayProvider() {
          private final AtomicInteger left = new AtomicInteger(LATE_CALLS);

          @Override
          public void heal(Path directory) {
            left.set(LATE_CALLS);
            super.heal(directory);
          }

          @Override
          protected boolean isAway() {
            return super.isAway() || left.getAndUpdate(calls -> Math.max(0, calls - 1)) > 0;
          }

          @Override
          protected Object answer(Method method, Engine engine) throws Throwable {
            if (super.isAway()) {
              return super.answer(method, engine);
            }
            throw new UnavailableException("the engine comes back", null);
          }
        };
    return new Mutant("slowly-back", "ERR-2", "none", slow, false);
  }

  /** A mutant on a store that outlives its backends. */
  Mutant lasting() {
    return new Mutant(name, rule, defect, provider, true);
  }

  @Override
  public Settings settings(Path directory) {
    return durable
        ? Settings.builder().set(ReferenceProvider.DIRECTORY, directory).build()
        : Settings.defaults();
  }

  @Override
  public List<Nemesis> faults() {
    return provider instanceof AwayProvider away ? List.of(away) : List.of();
  }

  @Override
  public Optional<ChildProvider> inChildJvm() {
    // Other stores live on the heap of this JVM.
    return provider instanceof SavedProvider
        ? Optional.of(new ChildProvider(CrashMutants.Source.class.getName(), List.of(name)))
        : Optional.empty();
  }

  /** Gives other threads the time that a defect needs to show. */
  @SuppressWarnings("ThreadPriorityCheck")
  static void pause() {
    Thread.yield();
  }

  @Override
  public String toString() {
    return name;
  }
}
