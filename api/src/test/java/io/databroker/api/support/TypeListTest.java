package io.databroker.api.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.CodePointOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TypeListTest {

  @Test
  void itEqualsASortedSetAfterAnyChanges() {
    Random random = new Random(7);
    TreeSet<String> expected = new TreeSet<>(CodePointOrder.INSTANCE);
    TypeList list = TypeList.EMPTY;
    for (int round = 0; round < 30_000; round++) {
      String type = "t" + random.nextInt(5_000);
      boolean growing = round / 7_500 % 2 == 0;
      if (random.nextInt(10) < (growing ? 7 : 2)) {
        expected.add(type);
        list = list.with(type);
      } else {
        expected.remove(type);
        list = list.without(type);
      }
      if (round % 1_000 == 0) {
        assertThat(list).containsExactlyElementsOf(expected);
        for (int i = 0; i < list.size(); i += 97) {
          assertThat(list.contains(list.get(i))).isTrue();
        }
      }
    }
    for (String type : List.copyOf(expected)) {
      list = list.without(type);
    }
    assertThat(list).isEmpty();
  }

  @Test
  void itIsSortedByCodePoint() {
    TypeList list = TypeList.EMPTY.with("\uD83D\uDE00").with("\uFFFD").with("a");
    assertThat(list).containsExactly("a", "\uFFFD", "\uD83D\uDE00");
    assertThat(list).isEqualTo(List.of("a", "\uFFFD", "\uD83D\uDE00"));
    assertThat(list.hashCode()).isEqualTo(List.of("a", "\uFFFD", "\uD83D\uDE00").hashCode());
  }

  @Test
  void earlierListsNeverChange() {
    TypeList before = TypeList.EMPTY;
    for (int i = 0; i < 2_000; i++) {
      before = before.with("t" + i);
    }
    List<String> copy = new ArrayList<>(before);
    before.with("another").without("t7");
    assertThat(before).isEqualTo(copy);
    assertThat(before.with("t7")).isSameAs(before);
    assertThat(before.without("another")).isSameAs(before);
  }

  @Test
  void nothingChangesIt() {
    List<Consumer<List<String>>> changes =
        List.of(
            list -> list.add("x"),
            list -> list.add(0, "x"),
            list -> list.addAll(List.of()),
            list -> list.addAll(0, List.of()),
            list -> list.remove("absent"),
            list -> list.remove(0),
            list -> list.removeAll(List.of()),
            list -> list.retainAll(List.of()),
            list -> list.removeIf(type -> false),
            list -> list.replaceAll(type -> type),
            list -> list.sort(null),
            list -> list.set(0, "x"),
            List::clear);
    for (TypeList list : List.of(TypeList.EMPTY, TypeList.EMPTY.with("t"))) {
      for (Consumer<List<String>> change : changes) {
        assertThatThrownBy(() -> change.accept(list))
            .isInstanceOf(UnsupportedOperationException.class);
      }
    }
    List<String> one = TypeList.EMPTY.with("t");
    assertThatThrownBy(() -> one.subList(0, 1).clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> one.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> one.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void twoHundredThousandTypesComeAndGo() {
    TypeList list = TypeList.EMPTY;
    int types = 200_000;
    for (int i = 0; i < types; i++) {
      list = list.with("type" + i * 7919L % types);
    }
    assertThat(list).hasSize(types).isSortedAccordingTo(CodePointOrder.INSTANCE);
    for (int i = 0; i < types; i++) {
      list = list.without("type" + i);
    }
    assertThat(list).isEmpty();
  }
}
