package io.databroker.tck.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.databroker.api.Changes;
import io.databroker.api.FieldExtractor;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvidenceTest {
  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path directory;

  private static Evidence about(String name) {
    StoredRecord record = new StoredRecord(name, name, -1, Bytes.utf8("x"), TIME, true);
    Operation call =
        new Operation(-1, 1, Operation.NEVER, new Call.Get(name, name), new Answer.Found(record));
    Operation late = new Operation(0, 9, 10, new Call.ListTypes(), new Answer.NotApplied("closed"));
    Changes told = new Changes(List.of(record), new Position(-1, -1));
    return new Evidence(
        new History(new History.Start(-1, 0, Map.of(), List.of(record), true), List.of(call)),
        new Followed(new Position(-1, 0), null, List.of(told), true),
        List.of(new Followed(new Position(-1, 0), name, List.of(), false)),
        new Closing(3, 8, List.of(late)),
        new Holdings(
            List.of(
                new LeaseCall(LeaseCall.Kind.ACQUIRE, 1, 2, TIME, TIME, name, 7, true, TIME),
                new LeaseCall(LeaseCall.Kind.RELEASE, 3, 4, TIME, TIME, name, 7, false, null)),
            Duration.ofMillis(1)),
        List.of(name + "\n" + name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "",
        " ",
        "-",
        "+",
        "%",
        "%u0041",
        "a b\nc\rd\u0000",
        "<script>'\"&",
        "\uD83D\uDE00",
        "\uD83D",
        "\uDE00",
        "a\uDE00\uD83Db\uD83D",
        "end"
      })
  void everythingRecordedIsReadAsItWasWritten(String name) throws IOException {
    Path file = directory.resolve("file");
    HistoryFile.write(file, about(name));
    assertThat(HistoryFile.read(file)).isEqualTo(about(name));
  }

  @Test
  void whatOnlyTheRunShowedIsAViolationAgain() {
    Evidence nothing = Evidence.of(null, null, List.of());
    assertThat(nothing.judge(FieldExtractor.NONE)).isInstanceOf(Verdict.Allowed.class);
    assertThat(nothing.showing("no signal", FieldExtractor.NONE).judge(FieldExtractor.NONE))
        .isEqualTo(new Verdict.Violated(List.of(), List.of(), "no signal"));
  }

  @Test
  void aCallAfterACloseFailsAsClosed() {
    Operation answered = new Operation(0, 9, 10, new Call.ListTypes(), new Answer.Types(List.of()));
    History history =
        new History(new History.Start(1, 0, Map.of(), List.of(), true), List.of(answered));
    Evidence evidence = Evidence.of(history, Closing.of(3, 8, List.of(answered)));
    assertThat(evidence.judge(FieldExtractor.NONE)).isInstanceOf(Verdict.Violated.class);
    Evidence beside = Evidence.of(history, Closing.of(3, 9, List.of(answered)));
    assertThat(beside.judge(FieldExtractor.NONE)).isInstanceOf(Verdict.Allowed.class);
  }
}
