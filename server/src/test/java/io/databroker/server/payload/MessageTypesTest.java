package io.databroker.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Guice;
import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import io.databroker.api.InvalidArgumentException;
import io.databroker.server.rpc.QuerySettings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageTypesTest {
  @TempDir Path folder;

  private static final MessageTypes WELL_KNOWN = MessageTypes.wellKnown();

  private static FileDescriptorSet set(FileDescriptorProto... files) {
    return FileDescriptorSet.newBuilder().addAllFile(java.util.List.of(files)).build();
  }

  private static FileDescriptorProto file(String name, String message, String... imports) {
    return FileDescriptorProto.newBuilder()
        .setName(name)
        .setSyntax("proto3")
        .addMessageType(DescriptorProto.newBuilder().setName(message))
        .addAllDependency(java.util.List.of(imports))
        .build();
  }

  @Test
  void theWellKnownTypesAreAlwaysThere() throws Exception {
    assertThat(WELL_KNOWN.parse(Any.pack(Struct.getDefaultInstance())))
        .isEqualTo(Struct.getDefaultInstance());
    assertThat(WELL_KNOWN.parse(Any.pack(Duration.newBuilder().setSeconds(7).build())))
        .hasToString("seconds: 7\n");
    assertThat(WELL_KNOWN.parse(Shop.order("buyer: 'x'"))).isNull();
    assertThat(WELL_KNOWN.parse(Any.getDefaultInstance())).isNull();
  }

  @Test
  void othersComeFromDescriptorSets() throws Exception {
    Path protoset = folder.resolve("shop.pb");
    Files.write(protoset, Shop.protoset().toByteArray());
    MessageTypes types = WELL_KNOWN.with(protoset);
    assertThat(types.parse(Shop.order("buyer: 'x'"))).hasToString("buyer: \"x\"\n");
    assertThat(types.registry().find("shop.Place")).isNotNull();
    // The server keeps its own copy of the well-known types: a Struct stays a Struct.
    assertThat(types.parse(Any.pack(Struct.getDefaultInstance()))).isInstanceOf(Struct.class);
    assertThat(WELL_KNOWN.parse(Shop.order("buyer: 'x'"))).isNull();
  }

  @Test
  void aSetThatCannotBeUsedIsRefusedInWords() throws Exception {
    Path text = folder.resolve("text");
    Files.writeString(text, "syntax = 'proto3';");
    assertRefused(
        () -> WELL_KNOWN.with(text),
        text + "\"; give a file written by protoc " + "--descriptor_set_out");
    Path absent = folder.resolve("absent");
    assertRefused(() -> WELL_KNOWN.with(absent), absent + "\"; give a file that can be read");
    assertRefused(
        () -> WELL_KNOWN.with(set(file("a.proto", "A", "b.proto"))),
        "\"b.proto\"; it is imported, so make the set with --include_imports");
    assertRefused(
        () ->
            WELL_KNOWN.with(set(file("a.proto", "A", "b.proto"), file("b.proto", "B", "a.proto"))),
        "\"a.proto\"; it must not import itself");
    assertRefused(
        () -> WELL_KNOWN.with(set(file("a.proto", "A"), file("a.proto", "B"))),
        "\"a.proto\"; give one version of each file");
    assertRefused(
        () -> WELL_KNOWN.with(set(file("a.proto", "A"))).with(set(file("a.proto", "B"))),
        "\"a.proto\"; give one version of each file");
    assertRefused(
        () -> WELL_KNOWN.with(set(file("a.proto", "not a name"))), "\"a.proto\"; correct it");
  }

  private static void assertRefused(Runnable action, String words) {
    assertThatThrownBy(action::run)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("protoset is \"")
        .hasMessageContaining(words);
  }

  @Test
  void theFingerprintIsThatOfTheTypes() {
    FileDescriptorProto a = file("a.proto", "A");
    FileDescriptorProto b = file("b.proto", "B", "a.proto");
    FileDescriptorProto commented =
        a.toBuilder()
            .setSourceCodeInfo(
                SourceCodeInfo.newBuilder()
                    .addLocation(SourceCodeInfo.Location.newBuilder().setLeadingComments("why")))
            .build();
    String fingerprint = fingerprint(WELL_KNOWN.with(set(a, b)));
    assertThat(fingerprint)
        .isEqualTo(fingerprint(WELL_KNOWN.with(set(b, a))))
        .isEqualTo(fingerprint(WELL_KNOWN.with(set(a)).with(set(a, b))))
        .isEqualTo(fingerprint(WELL_KNOWN.with(set(commented)).with(set(b, commented))))
        .isNotEqualTo(fingerprint(WELL_KNOWN))
        .isNotEqualTo(fingerprint(WELL_KNOWN.with(set(a))))
        .isNotEqualTo(fingerprint(WELL_KNOWN.with(set(file("a.proto", "A2"), b))));
    assertThat(fingerprint(WELL_KNOWN)).startsWith("databroker-protobuf-1-");
  }

  private static String fingerprint(MessageTypes types) {
    return types.extractor().fingerprint();
  }

  @Test
  void bytesThatAreNoMessageOfTheTypeAreAnError() {
    Any broken =
        Any.pack(Struct.getDefaultInstance()).toBuilder()
            .setValue(com.google.protobuf.ByteString.copyFromUtf8("no"))
            .build();
    assertThatThrownBy(() -> WELL_KNOWN.parse(broken))
        .isInstanceOf(InvalidProtocolBufferException.class);
  }

  @Test
  void anEmbedderBindsTypesOrHasTheWellKnownOnes() {
    QuerySettings standard = Guice.createInjector().getInstance(QuerySettings.class);
    assertThat(standard.types()).isSameAs(WELL_KNOWN);
    MessageTypes types = WELL_KNOWN.with(Shop.protoset());
    QuerySettings own =
        Guice.createInjector(
                binder ->
                    binder
                        .bind(QuerySettings.class)
                        .toInstance(new QuerySettings().withTypes(types)))
            .getInstance(QuerySettings.class);
    assertThat(own.types()).isSameAs(types);
  }
}
