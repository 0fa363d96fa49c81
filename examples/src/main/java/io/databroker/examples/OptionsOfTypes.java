package io.databroker.examples;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.FieldValue;
import io.databroker.api.Selection;
import io.databroker.api.Snapshot;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sets a capacity and an indexed field of a type; the host sets them again after a clear. */
final class OptionsOfTypes {
  /** Extracts fields from payloads such as {@code colour=blue,doors=4}. */
  private static final FieldExtractor PAIRS =
      new FieldExtractor() {
        @Override
        public String fingerprint() {
          return "pairs-1";
        }

        @Override
        public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
          Map<String, String> values = new HashMap<>();
          for (String pair : payload.toUtf8().split(",", -1)) {
            String[] parts = pair.split("=", 2);
            if (fields.contains(parts[0])) {
              values.put(parts[0], parts[1]);
            }
          }
          return values;
        }
      };

  private OptionsOfTypes() {}

  public static void main(String[] args) {
    BackendConfig config =
        BackendConfig.of("inmemory")
            .withOptions("event", TypeOptions.NONE.withCapacity(2))
            .withOptions("car", TypeOptions.NONE.withIndexedFields("colour"));
    try (Databroker broker =
        Databroker.builder()
            .backend(config)
            .context(BackendContext.standard().withExtractor(PAIRS))
            .open()) {
      Backend backend = broker.backend();
      for (String id : List.of("1", "2", "3")) {
        backend.put(List.of(Write.put("event", id, Bytes.EMPTY)));
      }
      System.out.println("the oldest event is gone: " + (backend.get("event", "1") == null));

      backend.put(
          List.of(
              Write.put("car", "7", Bytes.utf8("colour=blue,doors=4")),
              Write.put("car", "8", Bytes.utf8("colour=red,doors=4"))));
      try (Snapshot blue =
          backend.snapshot(Selection.where("car", new FieldValue("colour", "blue")))) {
        blue.records().forEachRemaining(car -> System.out.println("blue: car " + car.id()));
      }
    }
  }
}
