package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import io.databroker.offheap.journal.Spaces;
import io.databroker.tck.engine.Nemesis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Opens stores in memory that fails like a disk while a fault is injected. */
final class FaultyMemory implements BackendProvider {
  private final BackendProvider real = new OffheapProvider();
  private volatile Fault now = Fault.NONE;

  /** Fault of all writes to the journal. */
  private enum Fault {
    NONE,
    FULL,
    FAILING
  }

  /** Returns the faults, for the kit to inject. */
  List<Nemesis> faults() {
    return List.of(nemesis("a full disk", Fault.FULL), nemesis("a failing disk", Fault.FAILING));
  }

  private Nemesis nemesis(String name, Fault fault) {
    return new Nemesis() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void inject(Path directory) {
        now = fault;
      }

      @Override
      public void heal(Path directory) {
        now = Fault.NONE;
      }
    };
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    Spaces failing =
        new WrappedSpaces(
            WrappedSpaces.beforeEachWrite(
                new Spaces.InMemory(),
                at -> {
                  if (now != Fault.NONE) {
                    throw new IOException("a fault of the test");
                  }
                })) {
          @Override
          public boolean lacksRoom() {
            return now == Fault.FULL;
          }
        };
    return Opening.inSpaces(failing, OffheapSettings.of(settings), context);
  }

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public String version() {
    return real.version();
  }

  @Override
  public List<Setting<?>> settings() {
    return real.settings();
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return real.capabilities(settings);
  }

  @Override
  public Limits limits(Settings settings) {
    return real.limits(settings);
  }
}
