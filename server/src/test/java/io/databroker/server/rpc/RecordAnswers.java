package io.databroker.server.rpc;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Program that calls another server of the protocol, and writes its answers into a file of calls.
 *
 * <p>Arguments: the address of a newly started server, the file to read, the file to write.
 */
final class RecordAnswers {
  private RecordAnswers() {}

  public static void main(String[] arguments) throws Exception {
    ManagedChannel channel =
        Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create()).build();
    try {
      Dialogue dialogue = new Dialogue(channel);
      List<String> lines = new ArrayList<>();
      for (String line : Files.readAllLines(Path.of(arguments[1]), StandardCharsets.UTF_8)) {
        JsonObject call = JsonParser.parseString(line).getAsJsonObject();
        JsonObject answer =
            dialogue.ask(call.get("call").getAsString(), call.getAsJsonObject("request"));
        call.add("answer", answer);
        lines.add(call.toString());
      }
      Files.write(Path.of(arguments[2]), lines, StandardCharsets.UTF_8);
    } finally {
      channel.shutdownNow();
    }
  }
}
