package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Bytes;
import io.grpc.Attributes;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections that hold room for large records, and those that want it. */
class RecordRoomTest {
  private static final long MIB = 1 << 20;
  private static final long PATIENCE = 1_000_000_000L;

  private final Connections all = new Connections(NetworkLimits.standard(64 * MIB, 64 * MIB));
  private final long stall = all.limits().times().stall().toNanos();
  private final Connection first = all.transportReady(Attributes.EMPTY).get(Connection.KEY);
  private final Connection second = all.transportReady(Attributes.EMPTY).get(Connection.KEY);

  private static Bytes payload(long size) {
    return Bytes.copyOf(new byte[(int) size]);
  }

  @Test
  void aStreamThatEndsWhileItWaitsDoesNotKeepOthersWaiting() {
    long most = all.limits().room().records() - MIB;
    first.place(payload(MIB), false);
    RecordPlace place = first.place(payload(most), false);
    List<String> ran = new ArrayList<>();
    second.whenPlace(payload(most), () -> true, () -> ran.add("ended"));
    second.whenPlace(payload(most), () -> true, () -> ran.add("next"));
    place.giveBack();
    assertThat(ran).containsExactly("ended");
    all.sweep();
    assertThat(ran).containsExactly("ended", "next");
  }

  @Test
  void overlappingSendingsOfOneRecordDoNotKeepOthersWaiting() {
    Bytes shared = payload(all.limits().room().records() - MIB);
    RecordPlace place = first.place(shared, false);
    RecordPlace beside = first.place(shared, false);
    List<String> ran = new ArrayList<>();
    second.whenPlace(payload(8 * MIB), () -> true, () -> ran.add("other"));
    assertThat(first.place(shared, false)).as("it would overtake").isNull();
    first.whenPlace(shared, () -> true, () -> ran.add("shared"));
    place.giveBack();
    assertThat(ran).isEmpty();
    beside.giveBack();
    assertThat(ran).containsExactly("other");
  }

  @Test
  void sendingsOfOneRecordThatWaitNeedItsRoomOnce() {
    Bytes shared = payload(all.limits().room().records() - MIB);
    RecordPlace place = first.place(payload(2 * MIB), false);
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int each = i;
      second.whenPlace(shared, () -> true, () -> ran.add(each));
    }
    place.giveBack();
    assertThat(ran).containsExactly(0, 1, 2);
  }

  @Test
  void sendingsThatAreOverWaitNoLonger() {
    long most = all.limits().room().records();
    RecordPlace place = first.place(payload(most), false);
    List<String> ran = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      second.whenPlace(payload(most), () -> false, () -> ran.add("over"));
    }
    second.whenPlace(payload(most), () -> true, () -> ran.add("next"));
    place.giveBack();
    assertThat(ran).containsExactly("next");
    assertThat(all.records().hasWaiters()).isFalse();
  }

  @Test
  void oneThatIsWokenKeepsItsRoomUntilItTakesIt() {
    RecordPlace place = first.place(payload(12 * MIB), false);
    Bytes large = payload(12 * MIB);
    Bytes next = payload(8 * MIB);
    List<String> ran = new ArrayList<>();
    second.whenPlace(large, () -> true, () -> ran.add("large"));
    place.giveBack();
    assertThat(ran).containsExactly("large");
    assertThat(first.place(next, false)).as("it would overtake").isNull();
    first.whenPlace(next, () -> true, () -> ran.add("next"));
    assertThat(ran).containsExactly("large");
    RecordPlace taken = second.place(large, true);
    assertThat(taken).isNotNull();
    taken.giveBack();
    assertThat(ran).containsExactly("large", "next");
  }

  /** Calls that wait and leave, again and again, would fill the heap. */
  @Test
  void thoseThatWaitNoLongerAreForgotten() {
    first.place(payload(all.limits().room().records()), false);
    second.whenPlace(payload(MIB), () -> true, () -> {});
    Runnable[] call = {new ArrayList<>()::clear};
    WeakReference<Runnable> left = new WeakReference<>(call[0]);
    second.whenPlace(payload(MIB), () -> false, call[0]);
    call[0] = null;
    all.sweep();
    for (int i = 0; i < 100 && left.get() != null; i++) {
      System.gc();
    }
    assertThat(left.get()).isNull();
    assertThat(all.records().hasWaiters()).isTrue();
  }

  /** A store that reads from its disk gives each of thousands of streams a copy. */
  @Test
  void aWaitDoesNotKeepTheRecord() {
    first.place(payload(all.limits().room().records()), false);
    WeakReference<Bytes> copy = new WeakReference<>(payload(MIB));
    second.whenPlace(copy.get(), () -> true, () -> {});
    for (int i = 0; i < 100 && copy.get() != null; i++) {
      System.gc();
    }
    assertThat(copy.get()).isNull();
    assertThat(all.records().hasWaiters()).isTrue();
  }

  @Test
  void oneAnswerIsNeverTooMuchToWait() {
    long most = all.limits().room().waiting();
    first.inHeap(3 * most);
    assertThat(first.held()).isEqualTo(most);
    first.inHeap(-3 * most);
    assertThat(first.held()).isZero();
  }

  @Test
  void aReaderOfALargeRecordDoesNotCountAsHolderOfBuffers() {
    first.place(payload(8 * MIB), false);
    second.unsent(MIB);
    assertThat(all.cutLargest("a test")).isEqualTo(MIB);
    assertThat(all.unsentBytes()).isZero();
  }

  /** Otherwise one large answer, left unread beside small ones, would keep its room for ever. */
  @Test
  void aRecordLeftUnreadBesideOtherAnswersDoesNotKeepItsRoom() {
    first.place(payload(4 * MIB), false);
    long now = System.nanoTime() + PATIENCE * 3 / 2;
    assertThat(first.keepsWantedRoom(now, PATIENCE, stall))
        .as("while nobody wants the room")
        .isFalse();
    second.whenPlace(payload(all.limits().room().records()), () -> true, () -> {});
    first.unsent(1_000);
    first.sent(1_000);
    assertThat(first.keepsWantedRoom(now, PATIENCE, stall)).isTrue();
    first.place(payload(MIB), true);
    assertThat(first.keepsWantedRoom(now, PATIENCE, stall))
        .as("two records share a connection")
        .isFalse();
    assertThat(first.keepsWantedRoom(now + PATIENCE, PATIENCE, stall)).isTrue();
  }

  /** A thousand calls for one record would keep it here for a thousand seconds. */
  @Test
  void aClientWithManySendingsKeepsTheirRoomNoLongerThanTheReaderTimeout() {
    Bytes record = payload(8 * MIB);
    for (int i = 0; i < 1_000; i++) {
      first.place(record, false);
    }
    second.whenPlace(payload(all.limits().room().records()), () -> true, () -> {});
    long now = System.nanoTime();
    assertThat(first.keepsWantedRoom(now + stall / 2, PATIENCE, stall)).isFalse();
    assertThat(first.keepsWantedRoom(now + stall + PATIENCE, PATIENCE, stall)).isTrue();
  }
}
