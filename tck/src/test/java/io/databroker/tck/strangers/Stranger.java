package io.databroker.tck.strangers;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Position;
import io.databroker.api.Settings;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.engine.Subject;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.ReferenceFeed;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.ReferenceWriter;
import io.databroker.tck.reference.SavedProvider;
import io.databroker.tck.reference.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A wrong backend of the second or third gallery: the reference backend with one defect.
 *
 * @param name its name in docs/mutants.md
 * @param rules the rules that the defect breaks; a failure of one of them is the right verdict
 * @param defect the defect, in words
 * @param provider opens the backend
 * @param durable whether it is opened on a store that outlives it
 */
record Stranger(
    String name, List<String> rules, String defect, ReferenceProvider provider, boolean durable)
    implements Subject {

  /** Makes a feed. */
  interface Feeds {
    ReferenceFeed feed(ReferenceBackend backend, Position from, @Nullable String type);
  }

  /** Returns a stranger whose backend differs; {@code rules} are separated by spaces. */
  static Stranger backend(
      String rules,
      String name,
      String defect,
      BiFunction<Store, BackendContext, Backend> backend) {
    ReferenceProvider provider =
        new ReferenceProvider() {
          @Override
          protected Backend backend(Store store, BackendContext context) {
            return backend.apply(store, context);
          }
        };
    return of(rules, name, defect, provider, false);
  }

  /** Returns a stranger that is a correct backend behind a wrong decorator. */
  static Stranger over(String rules, String name, String defect, Function<Backend, Backend> over) {
    return backend(
        rules, name, defect, (store, context) -> over.apply(new ReferenceBackend(store, context)));
  }

  /** Returns a stranger that writes differently. */
  static Stranger writer(
      String rules,
      String name,
      String defect,
      Function<ReferenceBackend, ReferenceWriter> writer) {
    return backend(
        rules,
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

  /** Returns a stranger whose feeds differ. */
  static Stranger feed(String rules, String name, String defect, Feeds feeds) {
    return backend(
        rules,
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

  /** Returns a durable stranger that its own process alone has open. */
  static Stranger durable(
      String rules,
      String name,
      String defect,
      BiFunction<Store, BackendContext, Backend> reopened) {
    return of(rules, name, defect, new ReopeningProvider(reopened), true);
  }

  /** Returns a stranger whose handles on one directory share a store. */
  static Stranger shared(
      String rules,
      String name,
      String defect,
      BiFunction<Store, BackendContext, Backend> backend) {
    return of(rules, name, defect, backend(rules, name, defect, backend).provider, true);
  }

  static Stranger of(
      String rules, String name, String defect, ReferenceProvider provider, boolean durable) {
    return new Stranger(name, List.of(rules.split(" ")), defect, provider, durable);
  }

  @Override
  public Settings settings(Path directory) {
    return durable
        ? Settings.builder().set(ReferenceProvider.DIRECTORY, directory).build()
        : Settings.defaults();
  }

  @Override
  public Optional<ChildProvider> inChildJvm() {
    // Other stores live on the heap of this JVM.
    return provider instanceof SavedProvider
        ? Optional.of(new ChildProvider(ThirdKills.Source.class.getName(), List.of(name)))
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
