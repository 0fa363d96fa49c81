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

/** Two backends in one injector, told apart by name. */
final class SeveralBackends {
  private final Backend records;
  private final Backend audit;

  @Inject
  SeveralBackends(Backend records, @Named("audit") Backend audit) {
    this.records = records;
    this.audit = audit;
  }

  void run() {
    long version =
        records.put(List.of(Write.put("car", "7", Bytes.EMPTY))).records().get(0).version();
    audit.put(List.of(Write.put("write", "car/7", Bytes.utf8("version " + version))));
    System.out.println(records.listTypes() + " " + audit.listTypes());
  }

  public static void main(String[] args) {
    try (Databroker broker =
        Databroker.builder()
            .backend("inmemory")
            .backend("audit", BackendConfig.of("inmemory"))
            .open()) {
      Guice.createInjector(DatabrokerModule.of(broker)).getInstance(SeveralBackends.class).run();
    }
  }
}
