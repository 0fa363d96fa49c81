package io.databroker.server.rpc;

import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Ends a call by its one answer, or by the status of what went wrong. */
final class Answer {
  private Answer() {}

  static <A> void send(StreamObserver<A> observer, Supplier<A> answer) {
    A given;
    try {
      given = answer.get();
    } catch (RuntimeException | Error e) {
      observer.onError(Statuses.of(e));
      return;
    }
    observer.onNext(given);
    observer.onCompleted();
  }
}
