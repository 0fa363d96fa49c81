package io.databroker.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final NetworkLimits standard = NetworkLimits.standard(64 << 20, 64 << 20);
  private final NetworkLimits limits =
      new NetworkLimits(16, 8, 1_000, 1_000, standard.times(), standard.room());
  private final AtomicLong later = new AtomicLong();
  private final Admission admission = new Admission(limits, () -> System.nanoTime() + later.get());

  private static EmbeddedChannel from(String address, int port) {
    return between(address, port, "192.0.2.1");
  }

  private static EmbeddedChannel between(String client, int port, String server) {
    return new EmbeddedChannel() {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(client, port);
      }

      @Override
      protected SocketAddress localAddress0() {
        return new InetSocketAddress(server, 6601);
      }
    };
  }

  private EmbeddedChannel open(String address, int port) {
    EmbeddedChannel channel = from(address, port);
    assertThat(admission.admit(channel)).isTrue();
    assertThat(handshakeDone(channel)).isSameAs(channel);
    return channel;
  }

  private Channel handshakeDone(EmbeddedChannel channel) {
    return admission.handshakeDone(channel.remoteAddress(), channel.localAddress());
  }

  @Test
  void onePortThatReachesTwoAddressesOfTheServerIsTwoConnections() {
    EmbeddedChannel one = between("10.0.0.1", 1, "192.0.2.1");
    EmbeddedChannel other = between("10.0.0.1", 1, "192.0.2.2");
    assertThat(admission.admit(one)).isTrue();
    assertThat(admission.admit(other)).isTrue();
    assertThat(admission.count()).isEqualTo(2);
    assertThat(handshakeDone(one)).isSameAs(one);
    assertThat(handshakeDone(other)).isSameAs(other);
    admission.forget(one);
    assertThat(admission.count()).isEqualTo(1);
    for (int i = 0; i < 7; i++) {
      assertThat(admission.admit(between("10.0.0.1", 2, "192.0.2." + i))).isTrue();
      handshakeDone(between("10.0.0.1", 2, "192.0.2." + i));
    }
    assertThat(admission.admit(from("10.0.0.1", 3))).as("the ninth of its address").isFalse();
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
    admission.forget(last);
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
      admission.forget(former);
      assertThat(admission.count()).isEqualTo(1);
      admission.forget(next);
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
    admission.ready(busy, working);
    assertThat(working.open(new ConnectionTest.Idle())).isTrue();
    EmbeddedChannel idle = open("10.0.0.1", 101);
    admission.ready(idle, new Connection(all, idle));
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
