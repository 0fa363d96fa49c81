package io.databroker.server.attack;

import static io.databroker.server.attack.Attacks.before;
import static io.databroker.server.attack.Attacks.pause;

import com.google.protobuf.Any;
import com.google.protobuf.FieldMask;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.databroker.server.attack.Attacks.Attack;
import io.databroker.server.proto.Options;
import io.databroker.server.proto.PatchRequest;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.SetOptionsRequest;
import io.databroker.server.proto.registry.RegisterRequest;
import io.databroker.server.proto.registry.Service;
import io.databroker.server.proto.registry.ServiceKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attacks similar to V1, V3 and V6: requests within the limits that need much work. */
final class ContentAttacks {
  private static final int MEMBERS = 100_000;
  private static final int PATHS = 9_000;
  private static final int RECORDS = 5_000;
  private static final int ALTERNATIVES = 4_900;
  private static final int COLLIDING = 12;

  private ContentAttacks() {}

  static Map<String, Attack> all() {
    Map<String, Attack> all = new LinkedHashMap<>();
    all.put("V1 gzip of many empty members", ContentAttacks::emptyMembers);
    all.put("V3 patches with a wide mask", ContentAttacks::wideMask);
    all.put("V3 patches of a Struct with a wide mask", ContentAttacks::wideStructMask);
    all.put("V3 filters that collide", filters(collidingFilter()));
    all.put("V3 filters of many parts", filters(wideFilter()));
    all.put("V6 indexes that come and go", ContentAttacks::indexes);
    all.put("V6 services that watchers hear of", ContentAttacks::services);
    return all;
  }

  /** A gzip stream of one byte, after very many empty members. */
  private static void emptyMembers(int port, long until) {
    byte[] empty = RawClient.gzip(new byte[0]);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    for (int i = 0; i < MEMBERS; i++) {
      packed.writeBytes(empty);
    }
    packed.writeBytes(RawClient.gzip(new byte[] {0}));
    byte[] body = packed.toByteArray();
    byte[] message =
        ByteBuffer.allocate(5 + body.length).put((byte) 1).putInt(body.length).put(body).array();
    loop(port, until, 20, (client, i) -> client.data(client.begin("Put", true), message, true));
  }

  private static void wideMask(int port, long until) {
    FieldMask.Builder mask = FieldMask.newBuilder();
    for (int i = 0; i < PATHS; i++) {
      mask.addPaths("value");
    }
    Any data = Any.pack(com.google.protobuf.StringValue.of("x".repeat(100)), "type.googleapis.com");
    patch(port, until, mask.build(), data);
  }

  private static void wideStructMask(int port, long until) {
    FieldMask.Builder mask = FieldMask.newBuilder();
    Struct.Builder struct = Struct.newBuilder();
    for (int i = 0; i < PATHS; i++) {
      mask.addPaths("f" + i);
    }
    for (int i = 0; i < 500; i++) {
      struct.putFields("f" + i, Value.newBuilder().setStringValue("x").build());
    }
    patch(port, until, mask.build(), Any.pack(struct.build(), "type.googleapis.com"));
  }

  private static void patch(int port, long until, FieldMask mask, Any data) {
    PutRequest.Builder put = PutRequest.newBuilder();
    PatchRequest.Builder patch = PatchRequest.newBuilder().setFieldMask(mask);
    for (int i = 0; i < RECORDS; i++) {
      Record record =
          Record.newBuilder().setType("patched").setId(Integer.toString(i)).setData(data).build();
      if (put.getRecordsCount() < 500) {
        put.addRecords(record);
      }
      patch.addRecords(record.toBuilder().setId(Integer.toString(i % 500)));
    }
    byte[] first = put.build().toByteArray();
    byte[] then = patch.build().toByteArray();
    loop(
        port,
        until,
        10,
        (client, i) -> client.call(i == 0 ? "Put" : "Patch", i == 0 ? first : then, false));
  }

  /** Alternatives whose texts all have the same hash code. */
  private static Value collidingFilter() {
    ListValue.Builder alternatives = ListValue.newBuilder();
    for (int i = 0; i < Math.min(ALTERNATIVES, 1 << COLLIDING); i++) {
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < COLLIDING; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      alternatives.addValues(Value.newBuilder().setStringValue(text.toString()));
    }
    Struct and =
        Struct.newBuilder()
            .putFields("id", Value.newBuilder().setListValue(alternatives).build())
            .build();
    return Value.newBuilder().setStructValue(and).build();
  }

  /** Parts without a look-up, which the server tests on each record. */
  private static Value wideFilter() {
    ListValue.Builder or = ListValue.newBuilder();
    for (int i = 0; i < ALTERNATIVES / 8; i++) {
      Struct.Builder part = Struct.newBuilder();
      part.putFields(
          "$index", Value.newBuilder().setStringValue("10.0." + i / 250 + "." + i % 250).build());
      or.addValues(Value.newBuilder().setStructValue(part));
    }
    Struct filter =
        Struct.newBuilder().putFields("$or", Value.newBuilder().setListValue(or).build()).build();
    return Value.newBuilder().setStructValue(filter).build();
  }

  private static Attack filters(Value filter) {
    byte[] request =
        QueryRequest.newBuilder()
            .setType("many-ids")
            .setFilter(filter.getStructValue())
            .setLimit(10)
            .build()
            .toByteArray();
    PutRequest.Builder put = PutRequest.newBuilder();
    for (int i = 0; i < RECORDS; i++) {
      put.addRecords(Record.newBuilder().setType("many-ids").setId("id-" + i));
    }
    byte[] records = put.build().toByteArray();
    return (port, until) ->
        loop(
            port,
            until,
            200,
            (client, i) ->
                client.call(i == 0 ? "Put" : "Query", i == 0 ? records : request, false));
  }

  private static void indexes(int port, long until) {
    PutRequest.Builder put = PutRequest.newBuilder();
    Struct.Builder struct = Struct.newBuilder();
    Options.Builder options = Options.newBuilder();
    for (int i = 0; i < 60; i++) {
      struct.putFields("f" + i, Value.newBuilder().setStringValue("x").build());
      options.addIndexableFields("f" + i);
    }
    Any data = Any.pack(struct.build(), "type.googleapis.com");
    for (int i = 0; i < 1_000; i++) {
      put.addRecords(Record.newBuilder().setType("indexed").setId("" + i).setData(data));
    }
    byte[] records = put.build().toByteArray();
    byte[] on =
        SetOptionsRequest.newBuilder().setType("indexed").setOptions(options).build().toByteArray();
    byte[] off = SetOptionsRequest.newBuilder().setType("indexed").build().toByteArray();
    loop(
        port,
        until,
        300,
        (client, i) -> {
          if (i == 0) {
            client.call("Put", records, false);
          } else {
            client.call("SetOptions", i % 2 == 0 ? on : off, false);
          }
        });
  }

  /** Watchers of the registry, and reports that change it. */
  private static void services(int port, long until) {
    RegisterRequest.Builder many = RegisterRequest.newBuilder();
    for (int i = 0; i < 1_500; i++) { // with the others, all that one address may report
      many.addServices(service("http://host-" + i + "/" + "p".repeat(100)));
    }
    byte[] first = many.build().toByteArray();
    int[] number = {0};
    loop(
        port,
        until,
        900,
        (client, i) -> {
          if (i < 600) {
            client.callPath("/registry.Registry/Watch", new byte[0]);
          } else {
            byte[] one =
                RegisterRequest.newBuilder()
                    .addServices(service("http://other-" + number[0]++ % 900 + "/"))
                    .build()
                    .toByteArray();
            client.callPath("/registry.Registry/Report", i == 600 ? first : one);
          }
        });
  }

  private static Service service(String endpoint) {
    return Service.newBuilder().setKind(ServiceKind.CONSOLE).setEndpoint(endpoint).build();
  }

  /** One call of a loop. */
  interface Step {
    void call(RawClient client, int number) throws IOException;
  }

  /** Connections that each make that many calls, four at once, and stay open until the end. */
  static void loop(int port, long until, int calls, Step step) {
    List<Loop> loops = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      loops.add(new Loop(port, until, calls, step));
    }
    loops.forEach(Thread::start);
    while (before(until)) {
      pause();
    }
    loops.forEach(Loop::end);
  }

  /** One connection of a loop after another. */
  private static final class Loop extends Thread {
    private final int port;
    private final long until;
    private final int calls;
    private final Step step;
    private volatile @Nullable RawClient current;

    Loop(int port, long until, int calls, Step step) {
      this.port = port;
      this.until = until;
      this.calls = calls;
      this.step = step;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (before(until)) {
        try (RawClient client = RawClient.open(port, 1 << 20)) {
          current = client;
          client.widen();
          for (int i = 0; i < calls && before(until); i++) {
            step.call(client, i);
            client.drain();
          }
          client.readUntil(until);
        } catch (IOException e) {
          pause(); // cut off: it reconnects
        }
      }
    }

    /** Closes the connection, even while the server does not read from it. */
    void end() {
      RawClient client = current;
      if (client != null) {
        client.close();
      }
    }
  }
}
