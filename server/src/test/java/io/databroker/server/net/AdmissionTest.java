package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final NetworkLimits limits =
      NetworkLimits.standard(64 << 20, 64 << 20).toBuilder()
          .connections(16)
          .connectionsPerAddress(8)
          .build();
  private final AtomicLong later = new AtomicLong();
  private final Admission admission = new Admission(limits, () -> System.nanoTime() + later.get());

  private static EmbeddedChannel from(String address, int port) {
    return new EmbeddedChannel() {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(address, port);
      }
    };
  }

  private EmbeddedChannel open(String address, int port) {
    EmbeddedChannel channel = from(address, port);
    assertThat(admission.admit(channel)).isTrue();
    admission.handshakeDone(channel.remoteAddress());
    return channel;
  }

  @Test
  void oneAddressHasItsShareAndOthersTheRest() {
    for (int i = 0; i < 8; i++) {
      open("10.0.0.1", i);
    }
    assertThat(admission.admit(from("10.0.0.1", 100))).isFalse();
    EmbeddedChannel last = null;
    for (int i = 0; i < 8; i++) {
      last = open("10.0.0.2", i);
    }
    assertThat(admission.admit(from("10.0.0.3", 1))).isFalse();
    admission.forget(last.remoteAddress(), last);
    assertThat(admission.admit(from("10.0.0.3", 1))).isTrue();
  }

  @Test
  void addressesOfOneIpv6NetworkCountTogether() {
    for (int i = 0; i < 8; i++) {
      open("2001:db8::" + i, 1);
    }
    assertThat(admission.admit(from("2001:db8::ffff", 1))).isFalse();
    assertThat(admission.admit(from("2001:db8:0:1::1", 1))).isTrue();
  }

  @Test
  void aPortThatIsUsedAgainCountsOnce() {
    for (int i = 0; i < 50; i++) {
      EmbeddedChannel former = open("10.0.0.1", 1);
      EmbeddedChannel next = open("10.0.0.1", 1); // before the end of the former was noticed
      admission.forget(former.remoteAddress(), former);
      assertThat(admission.count()).isEqualTo(1);
      admission.forget(next.remoteAddress(), next);
      assertThat(admission.count()).isZero();
    }
    oneAddressHasItsShareAndOthersTheRest();
  }

  @Test
  void aSilentConnectionMakesWay() {
    EmbeddedChannel silent = from("10.0.0.1", 1);
    assertThat(admission.admit(silent)).isTrue();
    for (int i = 2; i < 50; i++) {
      assertThat(admission.admit(from("10.0.0.1", i))).isTrue();
    }
    silent.runPendingTasks();
    assertThat(silent.isOpen()).isFalse();
    assertThat(admission.count()).isLessThanOrEqualTo(8);
  }

  @Test
  void aConnectionThatMakesNoCallsMakesWayWhenAllPlacesAreTaken() {
    Connections all = new Connections(limits);
    EmbeddedChannel busy = open("10.0.0.1", 100);
    Connection working = new Connection(all, busy);
    admission.ready(busy.remoteAddress(), working);
    assertThat(working.open(new ConnectionTest.Idle())).isTrue();
    EmbeddedChannel idle = open("10.0.0.1", 101);
    admission.ready(idle.remoteAddress(), new Connection(all, idle));
    for (int i = 0; i < 6; i++) {
      open("10.0.0.1", i);
    }
    assertThat(admission.admit(from("10.0.0.1", 200))).as("it was busy just now").isFalse();
    later.set(Admission.LEAST_IDLE_NANOS);
    EmbeddedChannel next = open("10.0.0.1", 200);
    idle.runPendingTasks();
    busy.runPendingTasks();
    assertThat(idle.isOpen()).isFalse();
    assertThat(busy.isOpen()).isTrue();
    assertThat(next.isOpen()).isTrue();
    assertThat(admission.count()).isEqualTo(8);
    assertThat(admission.admit(from("10.0.0.1", 201))).as("no other is idle").isFalse();
  }
}
