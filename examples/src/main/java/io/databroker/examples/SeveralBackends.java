package io.databroker.examples;

import com.google.inject.Guice;
import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.host.DatabrokerModule;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;

/** Injects two backends, one of them by name. */
final class SeveralBackends {
  private final Backend live;
  private final Backend archive;

  @Inject
  SeveralBackends(Backend live, @Named("archive") Backend archive) {
    this.live = live;
    this.archive = archive;
  }

  void run() {
    live.put(List.of(Write.put("order", "1", Bytes.utf8("open"))));
    archive.put(List.of(Write.put("invoice", "1", Bytes.utf8("paid"))));
    System.out.println("live " + live.listTypes());
    System.out.println("archive " + archive.listTypes());
  }

  public static void main(String[] args) {
    try (Databroker broker =
        Databroker.builder()
            .backend("inmemory")
            .backend("archive", BackendConfig.of("inmemory"))
            .open()) {
      Guice.createInjector(DatabrokerModule.of(broker)).getInstance(SeveralBackends.class).run();
    }
  }
}
