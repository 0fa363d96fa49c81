package io.databroker.server.rpc;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Client of a stream that requests as many messages as the test says. */
final class Collector<Q, A> implements ClientResponseObserver<Q, A> {
  private static final Object COMPLETED = "completed";

  private final boolean manual;
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
  private volatile ClientCallStreamObserver<Q> call;

  private Collector(boolean manual) {
    this.manual = manual;
  }

  /** Creates a client that receives all messages. */
  static <Q, A> Collector<Q, A> eager() {
    return new Collector<>(false);
  }

  /** Creates a client that receives only {@link #request requested} messages. */
  static <Q, A> Collector<Q, A> lazy() {
    return new Collector<>(true);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> started) {
    call = started;
    if (manual) {
      started.disableAutoRequestWithInitial(0);
    }
  }

  void request(int messages) {
    call.request(messages);
  }

  void cancel() {
    call.cancel("the test is over", null);
  }

  @Override
  public void onNext(A message) {
    events.add(message);
  }

  @Override
  public void onError(Throwable error) {
    events.add(error);
  }

  @Override
  public void onCompleted() {
    events.add(COMPLETED);
  }

  @SuppressWarnings("unchecked")
  A next() throws InterruptedException {
    Object event = event();
    if (event instanceof Throwable error) {
      throw new AssertionError(error);
    }
    return (A) event;
  }

  List<A> next(int count) throws InterruptedException {
    List<A> messages = new ArrayList<>();
    while (messages.size() < count) {
      messages.add(next());
    }
    return messages;
  }

  /** Returns the message of the next error. */
  String failure() throws InterruptedException {
    return ((Throwable) event()).getMessage();
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  private Object event() throws InterruptedException {
    Object event = events.poll(20, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("nothing came");
    }
    return event;
  }
}
