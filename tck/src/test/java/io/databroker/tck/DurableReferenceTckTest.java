package io.databroker.tck;

import io.databroker.api.BackendProvider;
import io.databroker.api.Settings;
import io.databroker.tck.reference.ReferenceProvider;
import java.nio.file.Path;

class DurableReferenceTckTest extends DatabrokerTck {
  @Override
  public BackendProvider provider() {
    return new ReferenceProvider();
  }

  @Override
  public Settings settings(Path directory) {
    return Settings.builder().set(ReferenceProvider.DIRECTORY, directory).build();
  }
}
