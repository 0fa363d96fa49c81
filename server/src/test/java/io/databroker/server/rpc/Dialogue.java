package io.databroker.server.rpc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.proto.DatabrokerProto;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Calls to a server, and its answers as JSON.
 *
 * <p>Values that a server chooses are replaced by names in the order of their first appearance:
 * server versions by {@code $S1}, {@code $S2} and so on, lease ids by {@code $L1}. A request names
 * them in the same way. Of times, only the presence is kept.
 */
final class Dialogue {
  private static final Set<String> SERVER_VERSIONS =
      Set.of("serverVersion", "oldServerVersion", "newServerVersion");
  private static final Set<String> TIMES = Set.of("modifiedAt", "deletedAt");

  private final Channel channel;
  private final Map<String, String> names = new LinkedHashMap<>();

  Dialogue(Channel channel) {
    this.channel = channel;
  }

  /** Makes the call, and returns its status with the messages of the answer. */
  JsonObject ask(String method, JsonObject request) throws InvalidProtocolBufferException {
    MethodDescriptor called = method(method);
    DynamicMessage.Builder message = DynamicMessage.newBuilder(called.getInputType());
    JsonFormat.parser()
        .usingTypeRegistry(MessageTypes.wellKnown().registry())
        .merge(unnamed(request.toString()), message);
    JsonObject answer = new JsonObject();
    JsonArray messages = new JsonArray();
    String status = "OK";
    try {
      for (DynamicMessage each : call(called, message.build())) {
        JsonObject shown = json(each);
        name(method, shown);
        messages.add(shown);
      }
    } catch (StatusRuntimeException e) {
      status = e.getStatus().getCode().name();
    }
    answer.addProperty("status", status);
    if (!messages.isEmpty()) {
      answer.add("messages", inOrder(method, messages));
    }
    return answer;
  }

  private static JsonObject json(DynamicMessage message) throws InvalidProtocolBufferException {
    return JsonParser.parseString(
            JsonFormat.printer()
                .usingTypeRegistry(MessageTypes.wellKnown().registry())
                .omittingInsignificantWhitespace()
                .print(message))
        .getAsJsonObject();
  }

  private List<DynamicMessage> call(MethodDescriptor method, DynamicMessage request) {
    MethodType type = method.isServerStreaming() ? MethodType.SERVER_STREAMING : MethodType.UNARY;
    var descriptor =
        io.grpc.MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
            .setType(type)
            .setFullMethodName(method.getService().getFullName() + "/" + method.getName())
            .setRequestMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getInputType())))
            .setResponseMarshaller(
                ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(method.getOutputType())))
            .build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS);
    List<DynamicMessage> answers = new ArrayList<>();
    Iterator<DynamicMessage> told =
        ClientCalls.blockingServerStreamingCall(channel, descriptor, options, request);
    told.forEachRemaining(answers::add);
    return answers;
  }

  private static MethodDescriptor method(String name) {
    for (ServiceDescriptor service : DatabrokerProto.getDescriptor().getServices()) {
      MethodDescriptor found = service.findMethodByName(name);
      if (found != null) {
        return found;
      }
    }
    throw new IllegalArgumentException("no method " + name);
  }

  private String unnamed(String json) {
    String text = json;
    for (Map.Entry<String, String> name : names.entrySet()) {
      text = text.replace("\"$" + name.getValue() + "\"", "\"" + name.getKey() + "\"");
    }
    return text;
  }

  /** Replaces times and the values that the server chose, at all levels. */
  private void name(String method, JsonElement element) {
    if (element.isJsonArray()) {
      element.getAsJsonArray().forEach(each -> name(method, each));
    }
    if (!element.isJsonObject()) {
      return;
    }
    JsonObject object = element.getAsJsonObject();
    for (String key : Set.copyOf(object.keySet())) {
      JsonElement value = object.get(key);
      if (SERVER_VERSIONS.contains(key) && !method.equals("GetCheckpoint")) {
        object.addProperty(key, "$" + named(value.getAsString(), "S"));
      } else if (key.equals("id") && method.equals("AcquireLease")) {
        object.addProperty(key, "$" + named(value.getAsString(), "L"));
      } else if (TIMES.contains(key)) {
        object.addProperty(key, "$T");
      } else {
        name(method, value);
      }
    }
  }

  private String named(String drawn, String prefix) {
    String known = names.get(drawn);
    if (known == null) {
      long before = names.values().stream().filter(name -> name.startsWith(prefix)).count();
      known = prefix + (before + 1);
      names.put(drawn, known);
    }
    return known;
  }

  /** Sorts the records, which SyncLatest may send in any order. */
  private static JsonArray inOrder(String method, JsonArray messages) {
    if (!method.equals("SyncLatest")) {
      return messages;
    }
    List<JsonElement> records = new ArrayList<>();
    JsonArray others = new JsonArray();
    for (JsonElement message : messages) {
      if (message.getAsJsonObject().has("record")) {
        records.add(message);
      } else {
        others.add(message);
      }
    }
    records.sort(Comparator.comparing(JsonElement::toString));
    JsonArray sorted = new JsonArray();
    records.forEach(sorted::add);
    sorted.addAll(others);
    return sorted;
  }
}
