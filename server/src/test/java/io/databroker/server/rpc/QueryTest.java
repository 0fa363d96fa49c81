package io.databroker.server.rpc;

import static io.databroker.server.rpc.QueryServer.SETTINGS;
import static io.databroker.server.rpc.QueryServer.all;
import static io.databroker.server.rpc.Structs.record;
import static io.databroker.server.rpc.Structs.struct;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import com.google.protobuf.Value;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.Record;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@MethodSource("io.databroker.server.fixture.EachBackend#all")
class QueryTest {
  @AutoClose private final QueryServer server;

  QueryTest(EachBackend backend) throws Exception {
    server = QueryServer.open(backend.place(), SETTINGS);
  }

  private void people() {
    server.index("person", "name", "home.city");
    server.put(
        record("person", "1", "{'name':'Ann','home':{'city':'Ulm'}}"),
        record("person", "2", "{'name':'Bob','home':{'city':'Ulm'}}"),
        record("person", "3", "{'name':'Ann','home':{'city':'Bonn'},'pet':'Rex'}"),
        record("person", "4", "{'name':7,'home':'Ulm','pet':'Rex'}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{} > ",
        "{'name':'Ann'} > 1 3",
        "{'name':'ann'} > ",
        "{'name':{'$eq':'Ann'}} > 1 3",
        "{'name':{'$is':'Ann'}} > 1 3",
        "{'name':{'=':'Ann'}} > 1 3",
        "{'home':{'city':'Ulm'}} > 1 2",
        "{'home.city':'Ulm'} > 1 2",
        "{'home':{'city':{'$eq':['Ulm','Bonn']}}} > 1 2 3",
        "{'home':'Ulm'} > ",
        "{'name':'Ann','home.city':'Ulm'} > 1",
        "{'name':['Ann','Bob']} > 1 2 3",
        "{'name':[]} > ",
        "{'$or':[{'name':'Bob'},{'home.city':'Bonn'}]} > 2 3",
        "{'$or':[]} > ",
        "{'$and':[{'name':'Ann'},{'home.city':'Bonn'}]} > 3",
        "{'$and':[]} > ",
        "{'name':'Ann','$and':[]} > ",
        "{'name':{}} > ",
        "{'$or':[{},{'name':'Bob'}]} > 2",
        "{'name':{'$equals':'Ann'}} > 1 3",
        "{'name':{'==':['Ann','Bob']}} > 1 2 3",
        "{'name':7} > ",
        "{'id':4} > 4",
        "{'id':[1,2.0,true,null]} > 1 2",
        "{'name':null} > ",
        "{'id':'4'} > 4",
        "{'id':['4','1','nobody','']} > 1 4",
        "{'id':'1','name':'Bob'} > ",
        "{'$or':[{'id':'2'},{'name':'Ann'}]} > 1 2 3",
        "{'$or':[{'id':'2'},{'$index':'2'}]} > 2",
        "{'pet':'Rex'} > ",
        "{'$or':[{'pet':'Rex'},{'id':'2'}]} > 2",
        "{'name':'7'} > ",
        "{'name':{'$and':[['Ann'],['Ann','Bob']]}} > 1 3",
        "{'name':{'$or':['Ann','Bob']}} > 1 2 3",
      })
  void aFilterMatches(String example) {
    people();
    String[] parts = example.split(" > ", 2);
    assertThat(String.join(" ", server.ids("person", parts[0]))).isEqualTo(parts[1]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'$and':{'name':'Ann'}} > $and",
        "{'$or':'Ann'} > $or",
        "{'$or':['Ann']} > $or",
        "{'$eq':'Ann'} > $eq",
        "{'$and':[7]} > $and",
        "{'$or':null} > $or",
        "{'name':{'$eq':{'first':'Ann'}}} > name",
      })
  void aFilterThatIsNotClearIsRefused(String example) {
    String[] parts = example.split(" > ", 2);
    StatusRuntimeException failure = server.failure(all("person").setFilter(struct(parts[0])));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(failure).hasMessageContaining("invalid-argument: filter is \"" + parts[1] + '"');
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'$not':{'name':'Ann'}}",
        "{'name':{'$startsWith':'A'}}",
        "{'name':{'<':'A'}}",
        "{'name':{'$index':'10.0.0.1'}}",
        "{'$indexed':'A'}",
      })
  void anOperatorThatIsNotThereIsUnimplemented(String filter) throws Exception {
    StatusRuntimeException failure = server.failure(all("person").setFilter(struct(filter)));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(Failures.id(failure)).isEqualTo("unsupported");
  }

  @Test
  void textIsFoundAnywhereInThePayload() {
    server.put(
        record("a", "member", "{'name':'Grüße aus Ulm'}"),
        record("a", "nested", "{'list':[{'x':[1,'the GRÜSSE, grüße']}]}"),
        record("a", "key", "{'Grüße':1}"),
        record("a", "none", "{'name':'Gruesse'}"),
        Record.newBuilder()
            .setType("b")
            .setId("any")
            .setData(Any.pack(Any.pack(StringValue.of("GRÜßE"))))
            .build(),
        Record.newBuilder()
            .setType("b")
            .setId("unknown")
            .setData(
                Any.newBuilder()
                    .setTypeUrl("type.googleapis.com/x.Grüße")
                    .setValue(ByteString.copyFromUtf8("grüße")))
            .build());
    assertThat(server.ids(all("").setQuery("grüße")))
        .containsExactly("key", "member", "nested", "any");
    assertThat(server.ids(all("b").setQuery("grüße"))).containsExactly("any");
    assertThat(server.ids(all("a").setQuery("grüße").setFilter(struct("{'id':['key','none']}"))))
        .containsExactly("key");
    assertThat(server.ids(all("").setQuery("nowhere"))).isEmpty();
  }

  @Test
  void offsetAndLimitApplyAfterwards() {
    people();
    QueryResponse page = server.query(all("person").setQuery("ULM").setOffset(1).setLimit(1));
    assertThat(page.getRecordsList()).extracting(Record::getId).containsExactly("2");
    assertThat(page.getTotalCount()).isEqualTo(3);
    assertThat(page.getServerVersion()).isEqualTo(server.backend().versions().serverVersion());
    assertThat(page.getRecordVersion()).isEqualTo(4);
    assertThat(server.ids(all("person").setOffset(3))).containsExactly("4");
    assertThat(server.ids(all("person").setOffset(4))).isEmpty();
    QueryResponse none = server.query(all("person").setLimit(0));
    assertThat(none.getRecordsList()).isEmpty();
    assertThat(none.getTotalCount()).isEqualTo(4);
    assertThat(server.ids(all("person").setOffset(2).setLimit(Long.MAX_VALUE)))
        .containsExactly("3", "4");
    assertThat(server.failure(all("person").setLimit(-1))).hasMessageContaining("limit is \"-1\"");
    assertThat(server.failure(all("person").setOffset(-1)))
        .hasMessageContaining("offset is \"-1\"");
  }

  @Test
  void theOrderIsByTypeThenIdByCodePoint() {
    String high = new StringBuilder().appendCodePoint(0x1F600).toString();
    server.put(
        record("b", "1", "{}"),
        record("a" + high, "1", "{}"),
        record("a\uFFFD", "1", "{}"),
        record("a", high, "{}"),
        record("a", "\uFFFD", "{}"),
        record("a", "10", "{}"),
        record("a", "9", "{}"));
    assertThat(server.query(all("")).getRecordsList())
        .extracting(record -> record.getType() + " " + record.getId())
        .containsExactly(
            "a 10", "a 9", "a \uFFFD", "a " + high, "a\uFFFD 1", "a" + high + " 1", "b 1");
  }

  @Test
  void anEmptyTypeIsAllTypesEachWithItsOwnIndexes() {
    server.index("a", "name");
    server.index("ab", "other");
    server.put(
        record("a", "1", "{'name':'x'}"),
        record("ab", "2", "{'name':'x'}"),
        record("c", "3", "{'name':'x'}"));
    assertThat(server.ids("", "{'name':'x'}")).containsExactly("1");
    assertThat(server.ids("", "{'id':['2','3']}")).containsExactly("2", "3");
  }

  @Test
  void anAddressIsFoundInItsLongestRange() {
    server.index("net", "$index.cidr", "name");
    addresses("net");
    assertAddresses("net");
    assertThat(server.ids("net", "{'$index.cidr':'10.1.0.0/16'}")).containsExactly("mid", "twin");
    assertThat(server.ids("net", "{'$index':{'cidr':'10.1.0.0/16'}}"))
        .containsExactly("mid", "twin");
  }

  @Test
  void anAddressIsFoundWithoutAnIndexToo() {
    addresses("net");
    assertAddresses("net");
    assertThat(server.ids("net", "{'$index.cidr':'10.1.0.0/16'}")).containsExactly("mid", "twin");
  }

  private void addresses(String type) {
    server.put(
        record(type, "all", "{'$index':{'cidr':'0.0.0.0/0'}}"),
        record(type, "big", "{'$index':{'cidr':'10.255.0.0/8'},'name':'x'}"),
        record(type, "mid", "{'$index':{'cidr':'10.1.0.0/16'}}"),
        record(type, "twin", "{'$index':{'cidr':'10.1.2.3/16'}}"),
        record(type, "one", "{'$index':{'cidr':'::ffff:10.1.9.9'}}"),
        record(type, "six", "{'$index':{'cidr':'2001:DB8::/32'}}"),
        record(type, "bad", "{'$index':{'cidr':'10.1.0.0/33'}}"),
        record(type, "odd", "{'$index':'10.1.0.0/16'}"),
        Record.newBuilder()
            .setType(type)
            .setId("value")
            .setData(
                Any.pack(
                    Value.newBuilder()
                        .setStructValue(struct("{'$index':{'cidr':'192.168.0.0/16'}}"))
                        .build()))
            .build());
  }

  private void assertAddresses(String type) {
    assertThat(server.ids(type, "{'$index':'10.1.9.9'}")).containsExactly("one");
    assertThat(server.ids(type, "{'$index':'10.1.9.8'}")).containsExactly("mid", "twin");
    assertThat(server.ids(type, "{'$index':'::ffff:10.1.9.8'}")).containsExactly("mid", "twin");
    assertThat(server.ids(type, "{'$index':'10.1.0.0/15'}")).containsExactly("big");
    assertThat(server.ids(type, "{'$index':'10.2.0.1'}")).containsExactly("big");
    assertThat(server.ids(type, "{'$index':'11.0.0.1'}")).containsExactly("all");
    assertThat(server.ids(type, "{'$index':'192.168.3.4'}")).containsExactly("value");
    assertThat(server.ids(type, "{'$index':'2001:db8:1::5'}")).containsExactly("six");
    assertThat(server.ids(type, "{'$index':'2001:db9::'}")).isEmpty();
    assertThat(server.ids(type, "{'$index':'nobody'}")).isEmpty();
    assertThat(server.ids(type, "{'$index':['10.1.9.9','10.2.0.1']}"))
        .containsExactly("big", "one");
    // Other parts of the filter do not change which range is the longest.
    assertThat(server.ids(type, "{'$index':'10.1.9.9','id':'big'}")).isEmpty();
    assertThat(server.ids(type, "{'$or':[{'id':'bad'},{'$index':'10.1.9.9'}]}"))
        .containsExactly("bad", "one");
  }

  @Test
  void theLongestRangeIsEachTypesOwn() {
    server.index("a", "$index.cidr");
    server.put(
        record("a", "1", "{'$index':{'cidr':'10.0.0.0/8'}}"),
        record("b", "2", "{'$index':{'cidr':'10.1.0.0/16'}}"));
    assertThat(server.ids("", "{'$index':'10.1.2.3'}")).containsExactly("1", "2");
  }

  @Test
  void anAnswerTooLargeForAMessageSaysHowManyFit() {
    String text = "x".repeat(20 << 10);
    for (int i = 0; i < 5; i++) {
      server.put(record("big", "id" + i, "{'text':'" + text + "'}"));
    }
    StatusRuntimeException failure = server.failure(all("big"));
    assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(failure)
        .hasMessageContaining("limit is \"1000\"; give at most 3 and continue by offset");
    QueryResponse page = server.query(all("big").setLimit(3).setOffset(2));
    assertThat(page.getRecordsCount()).isEqualTo(3);
    assertThat(page.getSerializedSize()).isLessThan(SETTINGS.answerBytes());
    // A single record larger than the limit is still returned, as by Get.
    server.put(record("huge", "1", "{'text':'" + text.repeat(4) + "'}"));
    assertThat(server.ids(all("huge"))).containsExactly("1");
  }
}
