package io.databroker.server.fuzz;

import com.google.protobuf.Message;
import io.databroker.server.attack.RawClient;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Calls whose frames, prefixes and compressed bytes are cut or wrong; their answers are not read.
 */
final class CutCalls {
  private static final List<List<String>> ODD =
      List.of(
          List.of("grpc-timeout", "1n"),
          List.of("grpc-timeout", "99999999H"),
          List.of("grpc-timeout", "soon"),
          List.of("grpc-encoding", "unheard-of"),
          List.of("grpc-accept-encoding", ",,,"),
          List.of("x-bin", "!!!"),
          List.of("grpc-trace-bin", "AAAA"),
          List.of("content-type", "text/plain"),
          List.of("jwt", "a.b.c"),
          List.of(":method", "GET"),
          List.of("connection", "close"),
          List.of("X-Upper", "case"),
          List.of("content-length", "3"),
          List.of("host", "elsewhere"));

  private CutCalls() {}

  static void send(
      int port, List<MethodDescriptor<?, ?>> methods, Messages messages, Random random) {
    try (RawClient client = RawClient.open(port, 1 << 20)) {
      for (int i = 0; i < 5; i++) {
        MethodDescriptor<?, ?> method = methods.get(random.nextInt(methods.size()));
        Message prototype =
            (Message)
                ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
                    .getMessagePrototype();
        if (method.getBareMethodName().equals("Clear")) {
          continue;
        }
        boolean gzipped = random.nextBoolean();
        byte[] whole = RawClient.message(messages.like(prototype).toByteArray(), gzipped);
        byte[] sent =
            switch (random.nextInt(3)) {
              case 0 -> Arrays.copyOf(whole, random.nextInt(whole.length + 1));
              case 1 -> Mutation.of(whole, random);
              default -> messages.bytes(100);
            };
        List<String> headers = new ArrayList<>();
        if (gzipped) {
          headers.addAll(List.of("grpc-encoding", "gzip"));
        }
        if (random.nextInt(3) == 0) {
          headers.addAll(ODD.get(random.nextInt(ODD.size())));
        }
        String path = random.nextInt(20) == 0 ? "no-slash" : "/" + method.getFullMethodName();
        int stream =
            client.beginWith(
                RawClient.END_HEADERS, RawClient.headersOf(path, headers.toArray(String[]::new)));
        client.data(stream, sent, random.nextInt(4) != 0);
        client.drain();
      }
      client.closedWithin(1);
    } catch (IOException e) {
      // the server may cut the connection
    }
  }
}
