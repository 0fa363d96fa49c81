package org.stranger;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.util.List;
import java.util.Set;

/** Opens the backend. A host finds this class by META-INF/services. */
public final class StrangerProvider implements BackendProvider {
  @Override public String name() { return "stranger"; }

  @Override public String version() { return "1.0"; }

  @Override public List<Setting<?>> settings() { return List.of(); }

  @Override public Set<Capability> capabilities(Settings settings) {
    return Set.of(Capability.TURNABLE_CLOCK, Capability.RESTORE);
  }

  @Override public Limits limits(Settings settings) { return Limits.FLOOR; }

  @Override public Backend open(Settings settings, BackendContext context) {
    return new StrangerBackend(context);
  }
}
