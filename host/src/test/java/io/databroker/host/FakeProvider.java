package io.databroker.host;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.OpenFailedException;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Provider on the tests' class path; its settings choose the faults. */
public final class FakeProvider implements BackendProvider {
  enum Colour {
    RED,
    DARK_BLUE
  }

  static final Setting<String> LABEL = Setting.text("label", null, "Named in the events.");
  static final Setting<Long> SIZE = Setting.number("size", "bytes", 1, 100, 10, "How large.");
  static final Setting<Boolean> LOUD = Setting.flag("loud", false, "Fails to open.");
  static final Setting<Duration> PAUSE =
      Setting.duration("pause", Duration.ofSeconds(90), "How long.");
  static final Setting<Path> FOLDER = Setting.path("folder", "Where.");
  static final Setting<Colour> COLOUR =
      Setting.choice("colour", Colour.class, Colour.RED, "Which.");

  /** Events of backends, by the label that a test gave them. */
  static final List<String> EVENTS = new CopyOnWriteArrayList<>();

  /** Action of the close of a backend with that label, or none. */
  static final Map<String, Runnable> ON_CLOSE = new ConcurrentHashMap<>();

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public String version() {
    return "1.2.3";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(LABEL, SIZE, LOUD, PAUSE, FOLDER, COLOUR);
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return Set.of(Capability.TURNABLE_CLOCK);
  }

  @Override
  public Limits limits(Settings settings) {
    return settings.get(SIZE) == 99 ? Limits.FLOOR.toBuilder().typeBytes(1).build() : Limits.FLOOR;
  }

  @Override
  public void check(Settings settings) {
    if (settings.get(LOUD) && settings.get(COLOUR) == Colour.DARK_BLUE) {
      throw new OpenFailedException("nothing is loud and dark blue; choose one", null);
    }
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    String label = settings.find(LABEL).orElse("");
    if (settings.get(LOUD)) {
      throw new OpenFailedException("too loud", null);
    }
    EVENTS.add("open " + label);
    return (Backend)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Backend.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                ON_CLOSE.getOrDefault(label, () -> {}).run();
                EVENTS.add("close " + label);
              }
              return method.getName().equals("listTypes") ? List.of(label) : null;
            });
  }
}
