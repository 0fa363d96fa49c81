package io.databroker.tck.crashes;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.api.support.ForwardingBackend;
import io.databroker.tck.engine.TestFields;
import io.databroker.tck.history.Answer;
import io.databroker.tck.history.Call;
import io.databroker.tck.history.History;
import io.databroker.tck.history.HistoryFile;
import io.databroker.tck.history.Operation;
import io.databroker.tck.history.Recorder;
import io.databroker.tck.reference.ReferenceBackend;
import io.databroker.tck.reference.Store;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A clear of a killed client may take effect after the kill. */
class LateClearTest {
  private final Backend backend =
      new ReferenceBackend(new Store(), BackendContext.standard().withExtractor(TestFields.FIRST));
  private final Recorder recorder = new Recorder();

  private Life read(Backend opened, History.Start start) throws InterruptedException {
    Life life = new Life(new Leases());
    new Contents(opened, recorder, life::see)
        .report(start.serverVersion(), start.latest(), Map.of());
    return life;
  }

  private History.Start begin() throws InterruptedException {
    History.Start empty = new History.Start(0, 0, Map.of(), List.of(), true);
    Life first = read(backend, empty);
    return new Aftermath(empty, first, first, List.of(), false).state();
  }

  private void put(Life life) {
    Call put = new Call.Put(List.of(Write.put("t3", "id0", Bytes.utf8("n=0-0-1"))));
    life.see("answer", HistoryFile.line(recorder.record(0, backend, put)));
  }

  private void clearRuns(Life life) {
    Operation clear =
        new Operation(1, recorder.tick(), Operation.NEVER, new Call.Clear(), new Answer.Unknown());
    life.see("call", HistoryFile.line(clear));
  }

  /** Lets the clear take effect before the third read of a store. */
  private Backend clearedWhileItIsRead() {
    return new ForwardingBackend(backend) {
      private boolean cleared;

      @Override
      public List<String> listTypes() {
        if (!cleared) {
          cleared = true;
          backend.clear();
        }
        return super.listTypes();
      }
    };
  }

  @Test
  void aClearThatLandsWhileTheNextProcessReadsIsAllowed() throws InterruptedException {
    History.Start start = begin();
    Life killed = read(backend, start);
    put(killed);
    clearRuns(killed);
    Life after = read(clearedWhileItIsRead(), start);
    assertThat(new Aftermath(start, killed, after, List.of(), false).judge()).isNull();
  }

  @Test
  void aClearThatLandsInTheNextLifeIsAllowedIfItRanAtTheKill() throws InterruptedException {
    History.Start start = begin();
    Life next = read(backend, start);
    put(next);
    backend.clear();
    Life after = read(backend, start);
    assertThat(new Aftermath(start, next, after, List.of(), true).judge()).isNull();
    Aftermath.Finding finding = new Aftermath(start, next, after, List.of(), false).judge();
    assertThat(finding).isNotNull();
    assertThat(finding.rules()).contains("VER-7");
  }
}
