package io.databroker.tck;

import io.databroker.api.BackendProvider;
import io.databroker.api.Settings;
import io.databroker.tck.engine.ChildProvider;
import io.databroker.tck.reference.ReferenceProvider;
import java.nio.file.Path;
import java.util.Optional;

class DurableReferenceTckTest extends DatabrokerTck {
  @Override
  public BackendProvider provider() {
    return new ReferenceProvider();
  }

  @Override
  public Settings settings(Path directory) {
    return Settings.builder().set(ReferenceProvider.DIRECTORY, directory).build();
  }

  /** The store lives on the heap of this JVM. */
  @Override
  public Optional<ChildProvider> inChildJvm() {
    return Optional.empty();
  }
}
