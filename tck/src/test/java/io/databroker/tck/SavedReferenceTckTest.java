package io.databroker.tck;

import io.databroker.api.BackendProvider;
import io.databroker.api.Settings;
import io.databroker.tck.reference.ReferenceProvider;
import io.databroker.tck.reference.SavedProvider;
import java.nio.file.Path;

class SavedReferenceTckTest extends DatabrokerTck {
  @Override
  public BackendProvider provider() {
    return new SavedProvider();
  }

  @Override
  public Settings settings(Path directory) {
    return Settings.builder().set(ReferenceProvider.DIRECTORY, directory).build();
  }
}
