package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.durable;
import static io.databroker.tck.strangers.Stranger.over;

import io.databroker.api.ClearResult;
import io.databroker.api.Versions;
import io.databroker.tck.reference.ReferenceBackend;
import java.util.List;

/** Histories whose name or numbers are wrong. */
final class VersionStrangers {
  private VersionStrangers() {}

  static List<Stranger> all() {
    return List.of(
        over(
            "VER-5",
            "bounds-of-two-instants",
            "reads the first version and the last version at two instants",
            inner ->
                new Passing(inner) {
                  @Override
                  public Versions versions() {
                    Versions one = inner.versions();
                    Stranger.pause();
                    Versions other = inner.versions();
                    return new Versions(other.serverVersion(), one.earliest(), other.latest());
                  }
                }),
        backend(
            "VER-5",
            "first-version-lags-after-clear",
            "until the first write after a clear, the first version held is the last version",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public Versions versions() {
                    synchronized (store) {
                      Versions now = super.versions();
                      return store.begun > 0 && store.latest == store.begun
                          ? new Versions(now.serverVersion(), now.latest(), now.latest())
                          : now;
                    }
                  }
                }),
        backend(
            "CLEAR-3",
            "clear-of-nothing-keeps-the-name",
            "a clear of a history without writes keeps the server version",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      long name = store.serverVersion;
                      boolean nothing = store.latest == store.begun;
                      ClearResult result = super.clear();
                      if (nothing) {
                        store.serverVersion = name;
                        return new ClearResult(name, name);
                      }
                      return result;
                    }
                  }
                }),
        backend(
            "CLEAR-4 VER-1",
            "second-clear-takes-a-number",
            "a clear immediately after another clear takes a version",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public ClearResult clear() {
                    synchronized (store) {
                      if (store.begun > 0 && store.latest == store.begun) {
                        store.latest++;
                      }
                      return super.clear();
                    }
                  }
                }),
        durable(
            "VER-7 VER-1 CAPA-1",
            "last-version-from-what-is-left",
            "a reopen takes the largest version in records and history for the last one",
            (store, context) -> {
              long largest = store.log.isEmpty() ? 0 : store.log.lastKey();
              for (var live : store.all()) {
                largest = Math.max(largest, live.version());
              }
              store.latest = largest;
              store.trimmed = Math.min(store.trimmed, largest);
              store.begun = Math.min(store.begun, largest);
              return new ReferenceBackend(store, context);
            }));
  }
}
