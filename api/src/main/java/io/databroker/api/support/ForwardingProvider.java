package io.databroker.api.support;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Provider that passes each call on to another provider: for tests that open a backend in a special
 * way, such as on storage that fails.
 *
 * <p><b>Thread-safety:</b> as the provider behind it.
 */
public class ForwardingProvider implements BackendProvider {
  private final BackendProvider provider;

  /** Creates a provider that passes each call on to the given one. */
  protected ForwardingProvider(BackendProvider provider) {
    this.provider = Objects.requireNonNull(provider, "provider");
  }

  @Override
  public String name() {
    return provider.name();
  }

  @Override
  public String version() {
    return provider.version();
  }

  @Override
  public List<Setting<?>> settings() {
    return provider.settings();
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return provider.capabilities(settings);
  }

  @Override
  public Limits limits(Settings settings) {
    return provider.limits(settings);
  }

  @Override
  public void check(Settings settings) {
    provider.check(settings);
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    return provider.open(settings, context);
  }
}
