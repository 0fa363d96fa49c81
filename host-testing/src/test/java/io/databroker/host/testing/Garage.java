package io.databroker.host.testing;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.inject.Guice;
import com.google.inject.Injector;
import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.TypeOptions;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.host.DatabrokerModule;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.cache.TypedCache;
import io.databroker.host.codec.JsonCodec;
import io.databroker.host.query.Filter;
import io.databroker.host.query.Queries;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Stores cars, finds them by colour, and follows their changes. */
public final class Garage {
  static final String TYPE = "car";
  static final TypeOptions OPTIONS = TypeOptions.NONE.withIndexedFields("colour");

  record Car(String colour, int kilometres) {
    Car driven(int more) {
      return new Car(colour, kilometres + more);
    }
  }

  /** Reads indexed fields from the JSON of a car. Change the fingerprint with the function. */
  static final FieldExtractor FIELDS =
      new FieldExtractor() {
        @Override
        public String fingerprint() {
          return "json members, 1";
        }

        @Override
        public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
          JsonObject car = JsonParser.parseString(payload.toUtf8()).getAsJsonObject();
          Map<String, String> values = new HashMap<>();
          for (String field : fields) {
            if (car.has(field)) {
              values.put(field, car.get(field).getAsString());
            }
          }
          return values;
        }
      };

  private final TypedRecords<Car> cars;
  private final Queries queries;

  @Inject
  Garage(Backend backend) {
    this.cars = new TypedRecords<>(backend, TYPE, JsonCodec.of(Car.class));
    this.queries = new Queries(backend, FIELDS);
  }

  TypedRecord<Car> park(String id, Car car) {
    return cars.put(id, car);
  }

  TypedRecord<Car> drive(String id, int kilometres) {
    return cars.update(id, car -> Objects.requireNonNull(car, id).driven(kilometres));
  }

  List<String> ofColour(String colour) {
    return cars.find(queries, Filter.equal("colour", colour)).records().stream()
        .map(TypedRecord::id)
        .toList();
  }

  TypedCache<Car> follow() {
    return TypedCache.open(
        cars, changes -> changes.forEach(change -> System.out.println("changed: " + change.id())));
  }

  public static void main(String[] args) throws InterruptedException {
    try (Databroker broker =
        Databroker.builder()
            .backend(BackendConfig.of("inmemory").withOptions(TYPE, OPTIONS))
            .context(BackendContext.standard().withExtractor(FIELDS))
            .open()) {
      Injector injector = Guice.createInjector(DatabrokerModule.of(broker));
      Garage garage = injector.getInstance(Garage.class);
      try (TypedCache<Car> cache = garage.follow()) {
        garage.park("7", new Car("blue", 0));
        garage.park("8", new Car("red", 100));
        TypedRecord<Car> driven = garage.drive("7", 50);
        System.out.println("blue: " + garage.ofColour("blue"));
        cache.await(driven.version(), Duration.ofSeconds(10));
        System.out.println("cached: " + new TreeSet<>(cache.view().records().keySet()));
      }
    }
  }
}
