package io.databroker.host.testing;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Opens the backend {@code testing} of a {@link TestHost}. */
public final class TestingProvider implements BackendProvider {
  static final String NAME = "testing";

  /** Number of the host that the backend belongs to. */
  static final Setting<String> HOST =
      Setting.text("host", null, "number of the TestHost that opens this backend").required();

  private static final Map<String, Faults> HOSTS = new ConcurrentHashMap<>();
  private static final AtomicLong NUMBERS = new AtomicLong();

  /** Creates the provider, for {@link ServiceLoader}. */
  public TestingProvider() {}

  /** Registers a host and returns its number. */
  static String register(Faults faults) {
    String number = Long.toString(NUMBERS.incrementAndGet());
    HOSTS.put(number, faults);
    return number;
  }

  static void forget(String number) {
    HOSTS.remove(number);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(HOST);
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return inMemory().capabilities(Settings.defaults());
  }

  @Override
  public Limits limits(Settings settings) {
    return inMemory().limits(Settings.defaults());
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    Faults faults = HOSTS.get(settings.get(HOST));
    if (faults == null) {
      throw new OpenFailedException(
          "the backend \"testing\" belongs to a TestHost; open one with TestHost.open()", null);
    }
    return FaultyCalls.over(inMemory().open(Settings.defaults(), context), faults);
  }

  private static BackendProvider inMemory() {
    return ServiceLoader.load(BackendProvider.class, BackendProvider.class.getClassLoader())
        .stream()
        .filter(provider -> !provider.type().equals(TestingProvider.class))
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals("inmemory"))
        .findFirst()
        .orElseThrow(
            () ->
                new OpenFailedException(
                    "there is no backend \"inmemory\"; add databroker-backend-inmemory", null));
  }
}
