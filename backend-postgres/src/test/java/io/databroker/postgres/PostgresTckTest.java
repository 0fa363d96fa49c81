package io.databroker.postgres;

import io.databroker.api.BackendProvider;
import io.databroker.api.Settings;
import io.databroker.tck.DatabrokerTck;
import java.nio.file.Path;

class PostgresTckTest extends DatabrokerTck {
  @Override
  public BackendProvider provider() {
    return new PostgresProvider();
  }

  /** The kit's directory has a random name: its digits make a schema of its own. */
  @Override
  public Settings settings(Path directory) {
    String place = directory.getParent().getFileName() + "_" + directory.getFileName();
    return TestServer.settings(place.toLowerCase(java.util.Locale.ROOT).replace('-', '_'));
  }
}
