package io.databroker.host.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Guice;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.UnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GarageTest {
  private final TestHost host = TestHost.open(Garage.FIELDS);
  private final Garage garage = Guice.createInjector(host.module()).getInstance(Garage.class);

  @BeforeEach
  void setOptions() {
    host.backend().setOptions(Garage.TYPE, Garage.OPTIONS);
  }

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void carsAreFoundByColour() {
    garage.park("7", new Garage.Car("blue", 0));
    garage.park("8", new Garage.Car("red", 0));
    assertThat(garage.ofColour("blue")).containsExactly("7");
  }

  @Test
  void nothingIsParkedWhileTheEngineIsAway() {
    host.faults().takeAway(); // every call fails with "unavailable"; a poll returns null
    assertThatThrownBy(() -> garage.park("7", new Garage.Car("blue", 0)))
        .isInstanceOf(UnavailableException.class);
    host.faults().heal();
    assertThat(garage.ofColour("blue")).isEmpty();
  }

  @Test
  void aLostAnswerMayHideAWrite() {
    host.faults().loseNextAnswer(Call.PUT); // applied, but the answer is lost
    assertThatThrownBy(() -> garage.park("7", new Garage.Car("blue", 0)))
        .isInstanceOf(OutcomeUnknownException.class);
    assertThat(garage.ofColour("blue")).containsExactly("7");
  }
}
