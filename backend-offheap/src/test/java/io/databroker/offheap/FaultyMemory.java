package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Settings;
import io.databroker.api.support.ForwardingProvider;
import io.databroker.offheap.journal.Spaces;
import io.databroker.tck.engine.Nemesis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Opens stores in memory that fails like a disk while a fault is injected. */
final class FaultyMemory extends ForwardingProvider {
  private volatile Fault now = Fault.NONE;

  /** Fault of all writes to the journal. */
  private enum Fault {
    NONE,
    FULL,
    FAILING
  }

  FaultyMemory() {
    super(new OffheapProvider());
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
}
