package io.databroker.examples;

import io.databroker.api.Bytes;
import io.databroker.api.Position;
import io.databroker.host.Codec;
import io.databroker.host.Databroker;
import io.databroker.host.TypedFeed;
import io.databroker.host.TypedRecord;
import io.databroker.host.TypedRecords;
import io.databroker.host.TypedSnapshot;

/**
 * Stores values through a codec, updates them without losing updates, and follows their changes.
 */
final class TypedCars {
  record Car(String colour, int kilometres) {
    static final Codec<Car> CODEC =
        Codec.of(
            car -> Bytes.utf8(car.colour + " " + car.kilometres),
            bytes -> {
              String[] parts = bytes.toUtf8().split(" ", 2);
              return new Car(parts[0], Integer.parseInt(parts[1]));
            });

    Car driven(int more) {
      return new Car(colour, kilometres + more);
    }
  }

  private TypedCars() {}

  public static void main(String[] args) throws InterruptedException {
    try (Databroker broker = Databroker.builder().backend("inmemory").open()) {
      TypedRecords<Car> cars = new TypedRecords<>(broker.backend(), "car", Car.CODEC);
      cars.put("7", new Car("blue", 100));

      Position position;
      try (TypedSnapshot<Car> snapshot = cars.snapshot()) {
        for (TypedRecord<Car> car : snapshot) {
          System.out.println("there is " + car.id() + ": " + car.value());
        }
        position = snapshot.position();
      }

      // Concurrent updates lose no kilometre.
      cars.update("7", car -> car == null ? new Car("new", 0) : car.driven(25));
      cars.delete("7");

      try (TypedFeed<Car> feed = cars.changes(position)) {
        for (int i = 0; i < 2; i++) {
          for (TypedRecord<Car> car : feed.next().records()) {
            System.out.println(
                (car.deleted() ? "gone is " : "now ") + car.id() + ": " + car.value());
          }
        }
      }
    }
  }
}
