package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import io.databroker.server.auth.CallerCheck;
import io.databroker.server.auth.SharedKeys;
import io.databroker.server.auth.TlsFiles;
import io.databroker.server.auth.TokenSigner;
import io.databroker.server.fixture.Certificates;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and keys change while clients call and connect. */
class RotationTest {
  private static final int CLIENTS = 4;
  private static final int ROTATIONS = 5;

  @TempDir Path folder;
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicLong calls = new AtomicLong();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private volatile int round;
  private volatile boolean over;

  private static byte[] key(int round) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) (round + 1));
    return key;
  }

  private static SharedKeys keys(int round) throws Exception {
    return SharedKeys.ofVariable("KEY", Base64.getEncoder().encodeToString(key(round)), false);
  }

  @Test
  void noCallFailsWhileCertificatesAndKeysChange() throws Exception {
    List<Certificates> both =
        List.of(Certificates.make(folder, "first"), Certificates.make(folder, "second"));
    Path certificate = folder.resolve("now.crt");
    Path key = folder.resolve("now.key");
    Files.copy(both.get(0).certificate(), certificate);
    Files.copy(both.get(0).key(), key);
    TlsFiles files = new TlsFiles(certificate, key, null);
    CallerCheck check = new CallerCheck(keys(0), Clock.systemUTC());
    String trusted =
        Files.readString(both.get(0).certificate()) + Files.readString(both.get(1).certificate());
    ChannelCredentials credentials =
        TlsChannelCredentials.newBuilder()
            .trustManager(new ByteArrayInputStream(trusted.getBytes(StandardCharsets.US_ASCII)))
            .build();
    Phaser rounds = new Phaser(CLIENTS + 1);
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    int overlaps = 0;
    try (Served served =
        Served.with(
            new LockedBackend().checked(),
            new QuerySettings(),
            new ServerSettings().withCredentials(files.credentials()).withCallers(check))) {
      for (int i = 0; i < CLIENTS; i++) {
        threads.execute(() -> client(served.server.port(), credentials, rounds));
      }
      for (int i = 1; i <= ROTATIONS; i++) {
        everyClientBeginsARound(rounds);
        Certificates next = both.get(i % 2);
        Files.copy(next.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(next.key(), key, StandardCopyOption.REPLACE_EXISTING);
        check.use(keys(i - 1).and(keys(i)));
        overlaps += underWay.get();
        files.reload();
        overlaps += underWay.get();
        round = i; // the clients sign with the new key from now on
        // The first rounds may have begun before the change; after the next rounds, none signs with
        // the old key.
        everyClientBeginsARound(rounds);
        everyClientBeginsARound(rounds);
        check.use(keys(i));
      }
      over = true;
      rounds.arriveAndDeregister();
      threads.shutdown();
      assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      threads.shutdownNow();
    }
    assertThat(failures).isEmpty();
    assertThat(overlaps).as("calls under way during a change").isPositive();
    assertThat(calls.get()).isGreaterThan(2L * CLIENTS * ROTATIONS);
  }

  private static void everyClientBeginsARound(Phaser rounds) throws Exception {
    rounds.awaitAdvanceInterruptibly(rounds.arrive(), 60, TimeUnit.SECONDS);
  }

  /** Calls on a lasting connection, and on a new one in each round. */
  private void client(int port, ChannelCredentials credentials, Phaser rounds) {
    List<ManagedChannel> channels = new ArrayList<>();
    try {
      ManagedChannel lasting = connect(port, credentials);
      channels.add(lasting);
      while (!over) {
        int signing = round;
        int phase = rounds.arrive();
        ManagedChannel fresh = connect(port, credentials);
        channels.add(fresh);
        do {
          call(lasting, signing);
          call(fresh, signing);
        } while (!over && rounds.getPhase() == phase);
        fresh.shutdownNow();
      }
    } catch (RuntimeException e) {
      failures.add(e);
    } finally {
      rounds.arriveAndDeregister();
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static ManagedChannel connect(int port, ChannelCredentials credentials) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port, credentials).build();
  }

  private void call(ManagedChannel channel, int signing) {
    Channel signed =
        ClientInterceptors.intercept(channel, new TokenSigner(key(signing), Clock.systemUTC()));
    underWay.incrementAndGet();
    try {
      var unused =
          DataBrokerServiceGrpc.newBlockingStub(signed)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .listTypes(Empty.getDefaultInstance());
      calls.incrementAndGet();
    } finally {
      underWay.decrementAndGet();
    }
  }
}
