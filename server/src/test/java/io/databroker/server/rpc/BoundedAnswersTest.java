package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.server.net.Connection;
import io.databroker.server.net.Connections;
import io.databroker.server.net.NetworkLimits;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Answers that wait for room in the transport's buffers. */
class BoundedAnswersTest {
  private static final int MIB = 1 << 20;

  private final NetworkLimits limits = NetworkLimits.standard(64 * MIB, 1_024 * MIB);
  private final Connections all = new Connections(limits);
  private final Connection reader = Connection.of(new RecordedCall(all));
  private final Queue<Runnable> threads = new ArrayDeque<>();

  private void runThreads() {
    for (Runnable task = threads.poll(); task != null; task = threads.poll()) {
      task.run();
    }
  }

  /** Begins to answer while another client leaves all of the buffers unread. */
  private BoundedAnswers<InputStream> waiting(RecordedCall call) {
    BoundedAnswers<InputStream> answers =
        new BoundedAnswers<>(call, Connection.of(call), threads::add);
    answers.sendMessage(new Answer());
    answers.close(Status.OK, new Metadata());
    runThreads();
    assertThat(call.events).isEmpty();
    return answers;
  }

  @Test
  void answersWhoseClientsHaveLeftDoNotKeepOthersWaiting() {
    reader.unsent(limits.room().unsent());
    for (int i = 0; i < 100; i++) {
      waiting(new RecordedCall(all)).end();
    }
    RecordedCall call = new RecordedCall(all);
    waiting(call);
    reader.sent(limits.room().unsent());
    runThreads();
    assertThat(call.events).containsExactly("answer", "OK");
  }

  private BoundedAnswers<InputStream> stream() {
    RecordedCall call = new RecordedCall(all, DataBrokerServiceGrpc.getSyncMethod());
    return new BoundedAnswers<>(call, Connection.of(call), threads::add);
  }

  @Test
  void streamsThatHaveEndedDoNotKeepOthersWaiting() {
    reader.unsent(limits.room().unsent());
    for (int i = 0; i < 100; i++) {
      BoundedAnswers<InputStream> ended = stream();
      assertThat(ended.isReady()).isFalse();
      ended.close(Status.OK, new Metadata()); // its client has not read the end yet
    }
    BoundedAnswers<InputStream> stream = stream();
    List<String> events = new ArrayList<>();
    stream.readyAgain(() -> events.add("ready"));
    assertThat(stream.isReady()).isFalse();
    reader.sent(limits.room().unsent());
    runThreads();
    assertThat(events).containsExactly("ready");
  }

  /** gRPC keeps the last buffer of an answer until the call is closed. */
  @Test
  void anAnswerWhoseClientLeavesWhileItIsSentIsClosed() {
    reader.unsent(limits.room().unsent());
    RecordedCall call = new RecordedCall(all);
    BoundedAnswers<InputStream> answers = waiting(call);
    call.whileSending = answers::end;
    reader.sent(limits.room().unsent());
    runThreads();
    assertThat(call.events).containsExactly("answer", "OK");
    assertThat(all.unsentBytes()).isZero();
  }

  private static final class Answer extends ByteArrayInputStream implements KnownLength {
    Answer() {
      super(new byte[4 * MIB]);
    }
  }
}
