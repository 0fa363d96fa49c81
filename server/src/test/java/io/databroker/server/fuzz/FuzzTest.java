package io.databroker.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import io.databroker.host.BackendConfig;
import io.databroker.host.Databroker;
import io.databroker.host.OpenedBackend;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.databroker.server.proto.ServerInfoResponse;
import io.databroker.server.proto.ext.ConditionalServiceGrpc;
import io.databroker.server.proto.ext.RestoreServiceGrpc;
import io.databroker.server.proto.registry.RegistryGrpc;
import io.databroker.server.rpc.BrokerServer;
import io.databroker.server.rpc.QuerySettings;
import io.databroker.server.rpc.ServerSettings;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random calls of every method: well-formed, mutated, compressed, cut, cancelled.
 *
 * <p>The build runs it for a second or two. The long form: {@code mvn -pl server -am
 * -Dtest=FuzzTest -Dfuzz.seconds=900 test}; {@code fuzz.seed} repeats a run.
 */
class FuzzTest {
  private static final double SECONDS = Double.parseDouble(System.getProperty("fuzz.seconds", "2"));
  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());
  private static final int AT_ONCE = 32;

  /** Rounds on one connection, which may cancel 500 calls in ten seconds. */
  private static final int ROUNDS = 10;

  /**
   * Loggers that a packaged server limits to SEVERE, because clients can cause their messages at
   * will.
   */
  private static final List<Logger> OF_CALLERS =
      List.of(
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerStream"));

  @TempDir Path folder;
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();

  private static List<MethodDescriptor<?, ?>> methods() {
    List<MethodDescriptor<?, ?>> all = new ArrayList<>();
    all.addAll(DataBrokerServiceGrpc.getServiceDescriptor().getMethods());
    all.addAll(CheckpointServiceGrpc.getServiceDescriptor().getMethods());
    all.addAll(ConditionalServiceGrpc.getServiceDescriptor().getMethods());
    all.addAll(RestoreServiceGrpc.getServiceDescriptor().getMethods());
    all.addAll(RegistryGrpc.getServiceDescriptor().getMethods());
    all.addAll(HealthGrpc.getServiceDescriptor().getMethods());
    all.addAll(ServerReflectionGrpc.getServiceDescriptor().getMethods());
    return all;
  }

  @Test
  void everyCallOfTheInMemoryBackendIsAnsweredInTheTermsOfTheProtocol() throws Exception {
    fuzz(Databroker.builder().backend("inmemory"));
  }

  @Test
  void everyCallOfTheOffheapBackendIsAnsweredInTheTermsOfTheProtocol() throws Exception {
    fuzz(
        Databroker.builder()
            .backend(
                BackendConfig.of("offheap").with("directory", folder.resolve("store").toString())));
  }

  private void fuzz(Databroker.Builder configuration) throws Exception {
    Logger root = Logger.getLogger("");
    Handler listening = new Listening();
    root.addHandler(listening);
    OF_CALLERS.forEach(logger -> logger.setLevel(Level.SEVERE));
    Map<Code, Integer> seen = new EnumMap<>(Code.class);
    Set<String> before = serverThreads();
    try (Databroker broker = configuration.open()) {
      OpenedBackend opened = broker.opened();
      BrokerServer server =
          new BrokerServer(
              opened,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              new QuerySettings(),
              new ServerSettings().withReflection(true));
      server.start();
      try {
        run(server.port(), seen);
      } finally {
        server.close();
      }
    } finally {
      OF_CALLERS.forEach(logger -> logger.setLevel(null));
      root.removeHandler(listening);
    }
    System.out.println("fuzz: seed " + SEED + " " + seen);
    assertThat(problems).as("seed " + SEED).isEmpty();
    assertThat(seen.keySet()).contains(Code.OK, Code.INVALID_ARGUMENT, Code.NOT_FOUND);
    assertThat(leftOver(before)).as("threads left").isEmpty();
  }

  private void run(int port, Map<Code, Integer> seen) throws Exception {
    Random random = new Random(SEED);
    Messages messages = new Messages(random);
    List<MethodDescriptor<?, ?>> methods = methods();
    long until = System.nanoTime() + (long) (SECONDS * 1e9);
    while (System.nanoTime() < until && problems.isEmpty()) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
              .build();
      try {
        for (int i = 0; i < ROUNDS && System.nanoTime() < until && problems.isEmpty(); i++) {
          round(channel, methods, messages, random, seen);
          CutCalls.send(port, methods, messages, random);
        }
      } finally {
        channel.shutdownNow();
        channel.awaitTermination(10, TimeUnit.SECONDS);
      }
    }
  }

  private void round(
      ManagedChannel channel,
      List<MethodDescriptor<?, ?>> methods,
      Messages messages,
      Random random,
      Map<Code, Integer> seen)
      throws InterruptedException {
    ServerInfoResponse info =
        DataBrokerServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .serverInfo(Empty.getDefaultInstance());
    messages.at(info.getServerVersion(), info.getLatestRecordVersion());
    List<FuzzedCall> calls = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      MethodDescriptor<?, ?> method = methods.get(random.nextInt(methods.size()));
      if (!method.getBareMethodName().equals("Clear") || random.nextInt(20) == 0) {
        calls.add(FuzzedCall.start(channel, method, request(method, messages, random), random));
      }
    }
    for (FuzzedCall call : calls) {
      Code code = call.await();
      seen.merge(code, 1, Integer::sum);
      if (code == Code.INTERNAL || code == Code.UNKNOWN || call.hung()) {
        problems.add(call.toString());
      }
    }
  }

  private static byte[] request(MethodDescriptor<?, ?> method, Messages messages, Random random) {
    Message prototype =
        (Message)
            ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
                .getMessagePrototype();
    byte[] whole = messages.like(prototype).toByteArray();
    return random.nextInt(3) == 0 ? Mutation.of(whole, random) : whole;
  }

  private static Set<String> serverThreads() {
    Set<String> names = new TreeSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("databroker")) {
        names.add(thread.getName());
      }
    }
    return names;
  }

  /** Returns the threads of the server that do not end within ten seconds. */
  private static Set<String> leftOver(Set<String> before) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    Set<String> left = serverThreads();
    left.removeAll(before);
    while (!left.isEmpty() && System.nanoTime() < until) {
      LockSupport.parkNanos(10_000_000);
      left = serverThreads();
      left.removeAll(before);
    }
    return left;
  }

  /** Reports every event with a stack trace as a problem. */
  private final class Listening extends Handler {
    @Override
    public void publish(LogRecord event) {
      // gRPC logs a connection broken by its client at INFO, and no other event with a stack trace.
      if (event.getThrown() != null && event.getLevel().intValue() > Level.INFO.intValue()) {
        problems.add(event.getLoggerName() + ": " + event.getMessage() + " " + event.getThrown());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
