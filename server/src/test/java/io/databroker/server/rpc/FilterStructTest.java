package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.databroker.api.LimitExceededException;
import io.databroker.host.query.Filter;
import org.junit.jupiter.api.Test;

class FilterStructTest {
  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Struct under(String key, int fields) {
    Struct.Builder inner = Struct.newBuilder();
    for (int i = 0; i < fields; i++) {
      inner.putFields("field" + i, text("x"));
    }
    Value value = Value.newBuilder().setStructValue(inner).build();
    return Struct.newBuilder().putFields(key, value).build();
  }

  private static Struct addresses(int count) {
    ListValue.Builder list = ListValue.newBuilder();
    for (int i = 0; i < count; i++) {
      list.addValues(text("2001:db8::" + Integer.toHexString(i)));
    }
    return Struct.newBuilder()
        .putFields("$index", Value.newBuilder().setListValue(list).build())
        .build();
  }

  @Test
  void aLongPathIsNotCopiedForEachOfManyFields() {
    assertThat(FilterStruct.parse(under("k".repeat(1_000), 1_000))).isInstanceOf(Filter.And.class);
    Struct large = under("k".repeat(1_000_000), 5_000);
    assertThatThrownBy(() -> FilterStruct.parse(large))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContaining("characters in the paths of its fields");
  }

  @Test
  void addressesHaveALimit() {
    assertThat(FilterStruct.parse(addresses(FilterStruct.MOST_ADDRESSES)))
        .isInstanceOf(Filter.Or.class);
    assertThatThrownBy(() -> FilterStruct.parse(addresses(FilterStruct.MOST_ADDRESSES + 1)))
        .isInstanceOf(LimitExceededException.class)
        .hasMessageContaining("filter has 1001 addresses in $index");
  }
}
