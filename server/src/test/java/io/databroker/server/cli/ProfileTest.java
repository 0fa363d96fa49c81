package io.databroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.databroker.server.json.RecordLine;
import io.databroker.server.payload.MessageTypes;
import io.databroker.server.proto.Record;
import io.databroker.server.proto.oauth21.PendingUpstreamAuth;
import io.databroker.server.proto.session.SessionBinding;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
  private static final String URL = "type.googleapis.com/";

  @TempDir private Path folder;

  @Test
  void pomeriumsTypesHaveTheOptionsThatItsServerGivesThem() throws Exception {
    RunningServer server = RunningServer.start("--profile", "pomerium");
    try {
      assertOptions(
          server,
          "session.SessionBindingRequest",
          "{\"capacity\":50000,\"ttl\":\"15m\",\"indexedFields\":[\"key\"]}");
      assertOptions(
          server, "session.SessionBinding", "{\"indexedFields\":[\"session_id\",\"user_id\"]}");
      assertOptions(server, "session.IdentityBinding", "{\"indexedFields\":[\"user_id\"]}");
      assertOptions(
          server, "oauth21.UpstreamMCPToken", "{\"indexedFields\":[\"user_id\",\"route_id\"]}");
      assertOptions(
          server,
          "oauth21.PendingUpstreamAuth",
          "{\"ttl\":\"15m\",\"indexedFields\":[\"state_id\"]}");
    } finally {
      assertThat(server.stop()).isZero();
    }
  }

  @Test
  void pomeriumsRecordsAreFoundByTheirFields() throws Exception {
    Path options = folder.resolve("options.json");
    Files.writeString(
        options, "{\"type.googleapis.com/session.IdentityBinding\":{\"capacity\":3}}");
    RunningServer server =
        RunningServer.start("--profile", "pomerium", "--options", options.toString());
    try {
      SessionBinding binding =
          SessionBinding.newBuilder().setSessionId("s1").setUserId("ann").build();
      put(server, "1", Any.pack(binding));
      put(server, "2", Any.pack(binding.toBuilder().setUserId("bob").build()));
      put(server, "3", Any.pack(PendingUpstreamAuth.newBuilder().setStateId("x").build()));
      assertThat(found(server, "{\"session_id\":\"s1\"}")).contains("\"1\"", "\"2\"");
      assertThat(found(server, "{\"user_id\":\"bob\"}")).contains("\"2\"").doesNotContain("\"1\"");
      assertThat(found(server, "{\"state_id\":\"x\"}")).contains("\"3\"");
      assertOptions(server, "session.IdentityBinding", "{\"capacity\":3}");
    } finally {
      assertThat(server.stop()).isZero();
    }
  }

  @Test
  void aDescriptorSetThatKnowsMoreOfATypeIsTaken() {
    FileDescriptorProto whole =
        FileDescriptorProto.newBuilder()
            .setName("a.proto")
            .setPackage("session")
            .setSyntax("proto3")
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("IdentityBinding")
                    .addField(text("protocol", 1))
                    .addField(text("user_id", 2)))
            .build();
    FileDescriptorSet set = FileDescriptorSet.newBuilder().addFile(whole).build();
    Profile profile = Profile.parse("pomerium");
    for (MessageTypes types :
        new MessageTypes[] {
          profile.with(MessageTypes.wellKnown()).with(set),
          profile.with(MessageTypes.wellKnown().with(set))
        }) {
      assertThat(types.registry().find("session.IdentityBinding").getFields()).hasSize(2);
    }
  }

  @Test
  void anUnknownProfileIsRefused() {
    Cli cli = Cli.run("serve", "--profile", "pomerum");
    assertThat(cli.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).contains("there is no profile 'pomerum'; there is pomerium");
  }

  private static FieldDescriptorProto text(String name, int number) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(FieldDescriptorProto.Type.TYPE_STRING)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .build();
  }

  private static void assertOptions(RunningServer server, String type, String json) {
    assertThat(server.ask("options", URL + type).out()).isEqualTo(json + "\n");
  }

  private static void put(RunningServer server, String id, Any data) {
    Record record = Record.newBuilder().setType(data.getTypeUrl()).setId(id).setData(data).build();
    Cli stored = Cli.run(Cli.text(RecordLine.of(record)), server.with("import", "-"));
    assertThat(stored.err()).isEmpty();
  }

  private static String found(RunningServer server, String filter) {
    return server.ask("query", "--filter", filter).out();
  }
}
