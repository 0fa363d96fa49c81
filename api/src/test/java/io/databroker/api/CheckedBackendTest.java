package io.databroker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rejected arguments reach no backend; arguments within the limits do. */
class CheckedBackendTest {
  private static final Limits LIMITS =
      Limits.FLOOR.toBuilder()
          .typeBytes(8)
          .idBytes(12)
          .payloadBytes(4)
          .batchRecords(3)
          .batchBytes(6)
          .leaseMargin(Duration.ZERO)
          .build();

  private final List<String> reached = new ArrayList<>();
  private final List<Write> received = new ArrayList<>();
  private final Backend backend =
      CheckedBackend.over(
          (Backend)
              Proxy.newProxyInstance(
                  Backend.class.getClassLoader(),
                  new Class<?>[] {Backend.class},
                  (proxy, method, arguments) -> {
                    reached.add(method.getName());
                    if (method.getName().equals("put")) {
                      ((List<?>) arguments[0]).forEach(write -> received.add((Write) write));
                    }
                    Class<?> result = method.getReturnType();
                    return result == long.class
                        ? (Object) 0L
                        : result == boolean.class ? false : null;
                  }),
          LIMITS);

  private void refused(String argument, Runnable call) {
    InvalidArgumentException e = catchThrowableOfType(InvalidArgumentException.class, call::run);
    assertThat(e).as(argument).isNotNull();
    assertThat(e.argument()).isEqualTo(argument);
    assertThat(reached).as(argument).isEmpty();
  }

  private void overLimit(String argument, long actual, long limit, Runnable call) {
    LimitExceededException e = catchThrowableOfType(LimitExceededException.class, call::run);
    assertThat(e).as(argument).isNotNull();
    assertThat(List.of(e.argument(), e.actual(), e.limit()))
        .isEqualTo(List.of(argument, actual, limit));
    assertThat(reached).as(argument).isEmpty();
  }

  private static List<Write> one(String type, String id) {
    return List.of(Write.delete("t", "a"), Write.put(type, id, Bytes.EMPTY));
  }

  @Test
  void badArgumentsAreNamedAndReachNothing() {
    refused("batch", () -> backend.put(null));
    refused("batch", () -> backend.put(List.of()));
    refused("batch[1]", () -> backend.put(Arrays.asList(Write.delete("t", "a"), null)));
    refused("batch[1].type", () -> backend.put(one("", "a")));
    refused("batch[1].type", () -> backend.put(one("a\0", "a")));
    refused("batch[1].id", () -> backend.put(one("t", "")));
    for (String lone : new String[] {"\uD800", "a\uDC00", "\uDC00\uD800", "\uD800\uD800\uDC00"}) {
      refused("batch[1].id", () -> backend.put(one("t", lone)));
    }
    refused("type", () -> backend.get(null, "a"));
    refused("id", () -> backend.get("t", null));
    refused("selection", () -> backend.snapshot(null));
    refused("selection.type", () -> backend.snapshot(Selection.ofType("")));
    refused("selection.type", () -> backend.snapshot(Selection.where("")));
    refused(
        "selection.field", () -> backend.snapshot(Selection.where("t", new FieldValue("", "v"))));
    refused("from", () -> backend.changes(null, null));
    refused("type", () -> backend.changes(new Position(1, 0), ""));
    refused("type", () -> backend.setOptions(null, TypeOptions.NONE));
    refused("options", () -> backend.setOptions("t", null));
    refused(
        "options.ttl",
        () -> backend.setOptions("t", TypeOptions.NONE.withTtl(Duration.ofDays(36_501))));
    refused(
        "options.indexedFields",
        () -> backend.setOptions("t", TypeOptions.NONE.withIndexedFields("")));
    refused("name", () -> backend.acquireLease("", Duration.ofSeconds(1)));
    refused("name", () -> backend.renewLease(null, 1, Duration.ofSeconds(1)));
    refused("name", () -> backend.releaseLease("\0", 1));
    for (Duration bad :
        Arrays.asList(null, Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(36_501))) {
      refused("duration", () -> backend.acquireLease("n", bad));
      refused("duration", () -> backend.renewLease("n", 1, bad));
    }
    refused("before", () -> backend.trim(null));
    refused("before", () -> backend.trim(Instant.EPOCH.minusNanos(1)));
    refused("checkpoint", () -> backend.setCheckpoint(null));
  }

  @Test
  void limitsCountBytesOfUtf8ToTheLast() {
    backend.put(one("𝄞𝄞", "𝄞𝄞𝄞"));
    backend.put(one("éééé", "ééééaaaa"));
    backend.put(one("ￜￜaa", "ￜￜￜaaa"));
    assertThat(reached).hasSize(3);
    reached.clear();
    overLimit("batch[1].type", 9, 8, () -> backend.put(one("𝄞𝄞a", "a")));
    overLimit("batch[1].type", 9, 8, () -> backend.put(one("aéééé", "a")));
    overLimit("batch[1].id", 13, 12, () -> backend.put(one("t", "ￜￜￜￜa")));
    overLimit("name", 13, 12, () -> backend.releaseLease("a".repeat(13), 1));
    overLimit("type", 9, 8, () -> backend.changes(new Position(1, 0), "a".repeat(9)));
  }

  @Test
  void limitsOfBatchesAreExact() {
    Write four = Write.put("t", "a", Bytes.copyOf(new byte[4]));
    Write two = Write.put("t", "a", Bytes.copyOf(new byte[2]));
    backend.put(List.of(four, two, Write.delete("t", "a")));
    assertThat(received).hasSize(3);
    reached.clear();
    overLimit("batch", 8, 6, () -> backend.put(List.of(four, four)));
    overLimit("batch", 4, 3, () -> backend.put(List.of(two, two, two, two)));
    Write five = Write.put("t", "a", Bytes.copyOf(new byte[5]));
    overLimit("batch[1].payload", 5, 4, () -> backend.put(List.of(two, five)));
  }

  /** List whose content differs at each read. */
  private static List<Write> shifting(int size, List<Write> copied) {
    return new AbstractList<>() {
      @Override
      public Write get(int index) {
        return Write.delete("t", "get" + index);
      }

      @Override
      public int size() {
        return size;
      }

      @Override
      @SuppressWarnings("unchecked")
      public <T> T[] toArray(T[] array) {
        return (T[]) copied.toArray(new Write[0]);
      }
    };
  }

  @Test
  void aListThatChangesIsJudgedAsItIsApplied() {
    Write good = Write.delete("t", "a");
    refused("batch", () -> backend.put(shifting(1, List.of())));
    overLimit("batch", 4, 3, () -> backend.put(shifting(1, List.of(good, good, good, good))));
    backend.put(shifting(2, List.of(good)));
    assertThat(received).containsExactly(good);
  }
}
