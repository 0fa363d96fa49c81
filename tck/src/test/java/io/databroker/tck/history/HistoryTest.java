package io.databroker.tck.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static Operation write(int client, long began, long ended) {
    return new Operation(client, began, ended, new Call.Put(List.of()), new Answer.Unknown());
  }

  private static Operation list(int client, long began, long ended) {
    return new Operation(client, began, ended, new Call.ListTypes(), new Answer.Types(List.of()));
  }

  private static int overlaps(List<Operation> operations) {
    History.Start start = new History.Start(1, 0, Map.of(), List.of(), true);
    return new History(start, operations).overlaps();
  }

  @Test
  void allCallsDuringALongWriteOverlapIt() {
    List<Operation> operations = new ArrayList<>(List.of(write(0, 1, 1_000)));
    for (int i = 1; i <= 100; i++) {
      operations.add(list(1, 10L * i - 5, 10L * i - 4));
    }
    assertThat(overlaps(operations)).as("the lists, but not the write").isEqualTo(100);
  }

  @Test
  void aCallOverlapsAWriteThatBeginsBeforeItsReturn() {
    assertThat(overlaps(List.of(list(0, 1, 4), write(1, 3, 6)))).isEqualTo(1);
    assertThat(overlaps(List.of(list(0, 1, 4), write(1, 5, 6)))).isZero();
    assertThat(overlaps(List.of(write(0, 1, 4), write(1, 3, 6)))).isEqualTo(2);
  }

  @Test
  void aClientDoesNotOverlapItself() {
    assertThat(overlaps(List.of(write(0, 1, Operation.NEVER), list(0, 3, 4)))).isZero();
  }
}
