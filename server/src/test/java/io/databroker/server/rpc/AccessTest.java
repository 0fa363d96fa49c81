package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import com.google.rpc.ErrorInfo;
import io.databroker.server.auth.CallerCheck;
import io.databroker.server.auth.SharedKeys;
import io.databroker.server.auth.TlsFiles;
import io.databroker.server.auth.TokenSigner;
import io.databroker.server.fixture.Certificates;
import io.databroker.server.fixture.LockedBackend;
import io.databroker.server.proto.CheckpointServiceGrpc;
import io.databroker.server.proto.DataBrokerServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Access control, over real connections. */
class AccessTest {
  private static final byte[] KEY = key(1);
  private static final byte[] READ_ONLY = key(2);
  private static final byte[] FOREIGN = key(3);
  private static final Set<String> CHANGING =
      Set.of(
          "Put",
          "Patch",
          "Clear",
          "SetOptions",
          "AcquireLease",
          "RenewLease",
          "ReleaseLease",
          "SetCheckpoint");

  @TempDir Path folder;
  private final LockedBackend backend = new LockedBackend();

  private static byte[] key(int seed) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) seed);
    return key;
  }

  private static SharedKeys keys(byte[] key, boolean readOnly) throws Exception {
    return SharedKeys.ofVariable("KEY", Base64.getEncoder().encodeToString(key), readOnly);
  }

  private static CallerCheck check() throws Exception {
    return new CallerCheck(keys(KEY, false).and(keys(READ_ONLY, true)), Clock.systemUTC());
  }

  private Served serve(ServerSettings settings) throws Exception {
    return Served.with(backend.checked(), new QuerySettings(), settings);
  }

  private static Channel withToken(Channel channel, String token) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("jwt", Metadata.ASCII_STRING_MARSHALLER), token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static String token(byte[] key) {
    return new TokenSigner(key, Clock.systemUTC()).token();
  }

  /** Passes the bytes unchanged. */
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Sends an empty request; returns OK or the status. */
  private static StatusRuntimeException call(Channel channel, MethodDescriptor<?, ?> method) {
    MethodDescriptor<byte[], byte[]> raw =
        MethodDescriptor.<byte[], byte[]>newBuilder(new Raw(), new Raw())
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .setFullMethodName(method.getFullMethodName())
            .build();
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> {
          var answers =
              ClientCalls.blockingServerStreamingCall(
                  channel,
                  raw,
                  CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                  new byte[0]);
          if (answers.hasNext()) {
            answers.next();
          }
        });
  }

  private static List<MethodDescriptor<?, ?>> methods() {
    List<MethodDescriptor<?, ?>> all = new ArrayList<>();
    all.addAll(DataBrokerServiceGrpc.getServiceDescriptor().getMethods());
    all.addAll(CheckpointServiceGrpc.getServiceDescriptor().getMethods());
    all.addAll(ServerReflectionGrpc.getServiceDescriptor().getMethods());
    all.addAll(io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServiceDescriptor().getMethods());
    return all;
  }

  private static String reason(StatusRuntimeException failure) throws Exception {
    return StatusProto.fromThrowable(failure).getDetails(0).unpack(ErrorInfo.class).getReason();
  }

  @Test
  void everyMethodNeedsAToken() throws Exception {
    Clock past = Clock.offset(Clock.systemUTC(), Duration.ofHours(-1));
    String good = token(KEY);
    List<String> bad =
        List.of(
            new TokenSigner(KEY, past).token(),
            token(FOREIGN),
            "eyJhbGciOiJub25lIn0."
                + good.substring(good.indexOf('.') + 1, good.lastIndexOf('.'))
                + ".",
            good.substring(0, good.length() - 5),
            "nothing");
    try (Served served = serve(new ServerSettings().withCallers(check()).withReflection(true))) {
      for (MethodDescriptor<?, ?> method : methods()) {
        String name = method.getFullMethodName();
        StatusRuntimeException none = call(served.channel, method);
        assertThat(none.getStatus().getCode()).as(name).isEqualTo(Code.UNAUTHENTICATED);
        assertThat(reason(none)).isEqualTo("unauthenticated");
        for (String token : bad) {
          StatusRuntimeException refused = call(withToken(served.channel, token), method);
          assertThat(refused.getStatus().getCode()).as(name).isEqualTo(Code.UNAUTHENTICATED);
          assertThat(refused.getStatus().getDescription()).doesNotContain(token);
        }
        assertThat(code(call(withToken(served.channel, good), method)))
            .as(name)
            .isNotIn(Code.UNAUTHENTICATED, Code.PERMISSION_DENIED);
        assertThat(code(call(withToken(served.channel, token(READ_ONLY)), method)))
            .as(name)
            .satisfies(
                code ->
                    assertThat(code == Code.PERMISSION_DENIED)
                        .isEqualTo(CHANGING.contains(method.getBareMethodName())));
      }
      assertThat(
              HealthGrpc.newBlockingStub(served.channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
    }
  }

  private static Code code(StatusRuntimeException failure) {
    return failure == null ? Code.OK : failure.getStatus().getCode();
  }

  @Test
  void reflectionIsOnlyThereWhenAskedFor() throws Exception {
    try (Served served = serve(new ServerSettings())) {
      StatusRuntimeException failure =
          call(served.channel, ServerReflectionGrpc.getServerReflectionInfoMethod());
      assertThat(code(failure)).isEqualTo(Code.UNIMPLEMENTED);
    }
  }

  private static ManagedChannel connect(Served served, ChannelCredentials credentials) {
    return NettyChannelBuilder.forAddress("127.0.0.1", served.server.port(), credentials).build();
  }

  private static Code types(ManagedChannel channel) {
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                DataBrokerServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .listTypes(Empty.getDefaultInstance()));
    return code(failure);
  }

  private static Code typesOver(Served served, ChannelCredentials credentials) {
    ManagedChannel channel = connect(served, credentials);
    try {
      return types(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private static TlsChannelCredentials.Builder trusting(Path... certificates) throws Exception {
    StringBuilder all = new StringBuilder();
    for (Path certificate : certificates) {
      all.append(Files.readString(certificate));
    }
    return TlsChannelCredentials.newBuilder()
        .trustManager(
            new ByteArrayInputStream(
                all.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  @Test
  void tlsAndCertificatesOfClients() throws Exception {
    Certificates server = Certificates.make(folder, "server");
    Certificates client = Certificates.make(folder, "client");
    Certificates other = Certificates.make(folder, "other");
    TlsFiles files = new TlsFiles(server.certificate(), server.key(), client.certificate());
    try (Served served = serve(new ServerSettings().withCredentials(files.credentials()))) {
      ChannelCredentials good =
          trusting(server.certificate())
              .keyManager(client.certificate().toFile(), client.key().toFile())
              .build();
      assertThat(typesOver(served, good)).isEqualTo(Code.OK);
      assertThat(typesOver(served, InsecureChannelCredentials.create()))
          .isEqualTo(Code.UNAVAILABLE);
      assertThat(typesOver(served, trusting(server.certificate()).build()))
          .as("no certificate of its own")
          .isEqualTo(Code.UNAVAILABLE);
      assertThat(
              typesOver(
                  served,
                  trusting(server.certificate())
                      .keyManager(other.certificate().toFile(), other.key().toFile())
                      .build()))
          .as("a certificate from an unknown authority")
          .isEqualTo(Code.UNAVAILABLE);
      assertThat(
              typesOver(
                  served,
                  trusting(other.certificate())
                      .keyManager(client.certificate().toFile(), client.key().toFile())
                      .build()))
          .as("another signer")
          .isEqualTo(Code.UNAVAILABLE);
    }
  }

  @Test
  void certificatesAndKeysAreRotatedUnderLoadWithoutAFailedCall() throws Exception {
    Certificates first = Certificates.make(folder, "first");
    Certificates second = Certificates.make(folder, "second");
    Path certificate = folder.resolve("now.crt");
    Path key = folder.resolve("now.key");
    Files.copy(first.certificate(), certificate);
    Files.copy(first.key(), key);
    TlsFiles files = new TlsFiles(certificate, key, null);
    CallerCheck check = new CallerCheck(keys(KEY, false), Clock.systemUTC());
    ChannelCredentials both = trusting(first.certificate(), second.certificate()).build();
    int calls = 0;
    try (Served served =
        serve(new ServerSettings().withCredentials(files.credentials()).withCallers(check))) {
      ManagedChannel lasting = connect(served, both);
      for (int i = 0; i < 60; i++) {
        if (i == 20) {
          check.use(keys(KEY, false).and(keys(FOREIGN, false)));
          Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
          // The key is still the old one: the former files stay in use.
          assertThat(
                  catchThrowableOfType(
                      io.databroker.server.auth.AccessException.class, files::reload))
              .hasMessageContaining("is not that of the certificate");
        }
        if (i == 30) {
          Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
          files.reload();
        }
        if (i == 40) {
          check.use(keys(FOREIGN, false));
        }
        byte[] signing = i < 30 ? KEY : FOREIGN;
        ManagedChannel fresh = connect(served, both);
        for (ManagedChannel channel : List.of(lasting, fresh)) {
          Channel signed =
              ClientInterceptors.intercept(channel, new TokenSigner(signing, Clock.systemUTC()));
          var unused =
              DataBrokerServiceGrpc.newBlockingStub(signed)
                  .withDeadlineAfter(20, TimeUnit.SECONDS)
                  .listTypes(Empty.getDefaultInstance());
          calls++;
        }
        fresh.shutdownNow();
      }
      lasting.shutdownNow();
      // New connections see the new certificate only.
      assertThat(typesOver(served, trusting(first.certificate()).build()))
          .isEqualTo(Code.UNAVAILABLE);
    }
    assertThat(calls).isEqualTo(120);
  }
}
