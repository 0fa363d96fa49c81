package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomQueueTest {
  private long room;
  private final RoomQueue queue = new RoomQueue();
  private final List<String> ran = new ArrayList<>();

  private void add(long bytes, String name) {
    queue.add(
        granted -> granted + bytes <= room ? granted + bytes : -1, () -> true, () -> ran.add(name));
  }

  @Test
  void asManyAreWokenAsThereIsRoomFor() {
    for (String name : List.of("a", "b", "c", "d")) {
      add(10, name);
    }
    assertThat(ran).isEmpty();
    room = 25;
    queue.wake();
    assertThat(ran).containsExactly("a", "b");
    queue.wake();
    assertThat(ran).containsExactly("a", "b", "c", "d");
    assertThat(queue.hasWaiters()).isFalse();
  }

  @Test
  void aLargeOneIsNotOvertaken() {
    add(100, "large");
    add(10, "small");
    room = 50;
    queue.wake();
    assertThat(ran).isEmpty();
    room = 100;
    queue.wake();
    queue.wake();
    assertThat(ran).containsExactly("large", "small");
  }

  @Test
  void whoeverComesWhenThereIsRoomRunsAtOnce() {
    room = 10;
    add(10, "a");
    assertThat(ran).containsExactly("a");
  }

  @Test
  void oneThatFindsNoRoomWaitsForTheNextTime() {
    List<Long> asked = new ArrayList<>();
    queue.add(
        granted -> {
          asked.add(granted);
          return -1;
        },
        () -> true,
        () -> ran.add("a"));
    assertThat(asked).as("looks once, and does not spin").hasSize(1);
    assertThat(ran).isEmpty();
  }
}
