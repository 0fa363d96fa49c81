package io.databroker.server.rpc;

import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a call with its one answer, or with the status of the error. */
final class Answer {
  private static final Logger log = LoggerFactory.getLogger(Answer.class);

  private Answer() {}

  static <A> void send(StreamObserver<A> observer, Supplier<A> answer) {
    try {
      observer.onNext(answer.get());
      observer.onCompleted();
    } catch (RuntimeException | Error e) { // also if memory runs out while the answer is sent
      fail(observer, e);
    }
  }

  private static <A> void fail(StreamObserver<A> observer, Throwable error) {
    try {
      observer.onError(Statuses.of(error));
    } catch (RuntimeException | Error e) {
      log.warn("the failure of a call could not be sent to its client: {}", e.toString());
    }
  }
}
