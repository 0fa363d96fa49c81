package io.databroker.tck.scripts;

import io.databroker.api.TypeOptions;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.function.Consumer;

/** Attempts to change a returned list or map; each must fail. */
final class Mutations {
  private Mutations() {}

  /** A way to change something, with its name. */
  private record Way<T>(String name, Consumer<T> change) {}

  private static final List<Way<List<String>>> OF_LISTS =
      List.of(
          new Way<>("add", list -> list.add("x")),
          new Way<>("add(int)", list -> list.add(0, "x")),
          new Way<>("addAll", list -> list.addAll(List.of("x"))),
          new Way<>("addAll(int)", list -> list.addAll(0, List.of("x"))),
          new Way<>("remove(int)", list -> list.remove(0)),
          new Way<>("remove", list -> list.remove(list.get(0))),
          new Way<>("removeAll", list -> list.removeAll(List.of(list.get(0)))),
          new Way<>("removeIf", list -> list.removeIf(each -> true)),
          new Way<>("retainAll", list -> list.retainAll(List.of())),
          new Way<>("replaceAll", list -> list.replaceAll(each -> each + "x")),
          new Way<>("set", list -> list.set(0, "x")),
          new Way<>("sort", list -> list.sort((a, b) -> b.compareTo(a))),
          new Way<>("clear", List::clear),
          new Way<>("subList.clear", list -> list.subList(0, 1).clear()),
          new Way<>("iterator.remove", list -> removeFirst(list.iterator())),
          new Way<>(
              "listIterator.set",
              list -> {
                ListIterator<String> each = list.listIterator();
                each.next();
                each.set("x");
              }),
          new Way<>("listIterator.add", list -> list.listIterator().add("x")));

  private static final List<Way<Map<String, TypeOptions>>> OF_MAPS =
      List.of(
          new Way<>("put", map -> map.put("x", TypeOptions.NONE)),
          new Way<>("putAll", map -> map.putAll(Map.of("x", TypeOptions.NONE))),
          new Way<>("putIfAbsent", map -> map.putIfAbsent("not there", TypeOptions.NONE)),
          new Way<>("remove", map -> map.remove(first(map))),
          new Way<>("remove(key, value)", map -> map.remove(first(map), map.get(first(map)))),
          new Way<>("clear", Map::clear),
          new Way<>("compute", map -> map.compute(first(map), (key, old) -> TypeOptions.NONE)),
          new Way<>(
              "computeIfAbsent", map -> map.computeIfAbsent("not there", key -> TypeOptions.NONE)),
          new Way<>(
              "computeIfPresent",
              map -> map.computeIfPresent(first(map), (key, old) -> TypeOptions.NONE)),
          new Way<>("merge", map -> map.merge(first(map), TypeOptions.NONE, (a, b) -> b)),
          new Way<>("replace", map -> map.replace(first(map), TypeOptions.NONE)),
          new Way<>("replaceAll", map -> map.replaceAll((key, old) -> TypeOptions.NONE)),
          new Way<>("keySet.remove", map -> map.keySet().remove(first(map))),
          new Way<>("keySet.clear", map -> map.keySet().clear()),
          new Way<>("values.clear", map -> map.values().clear()),
          new Way<>("values.remove", map -> map.values().remove(map.get(first(map)))),
          new Way<>("keySet.removeIf", map -> map.keySet().removeIf(key -> true)),
          new Way<>("entrySet.clear", map -> map.entrySet().clear()),
          new Way<>("entrySet.iterator.remove", map -> removeFirst(map.entrySet().iterator())),
          new Way<>(
              "entry.setValue", map -> map.entrySet().iterator().next().setValue(TypeOptions.NONE)),
          new Way<>(
              "setValue of each entry",
              map -> map.entrySet().forEach(entry -> entry.setValue(TypeOptions.NONE))));

  static final int COUNT = OF_LISTS.size() + OF_MAPS.size();

  /** Tries one of the changes on a list. */
  static void ofList(int how, List<String> list, String rule) {
    if (!list.isEmpty()) {
      Way<List<String>> way = OF_LISTS.get(how % OF_LISTS.size());
      refused(rule, way.name() + " of the list " + list, () -> way.change().accept(list));
    }
  }

  /** Tries one of the changes on a map. */
  static void ofMap(int how, Map<String, TypeOptions> map, String rule) {
    if (!map.isEmpty()) {
      Way<Map<String, TypeOptions>> way = OF_MAPS.get(how % OF_MAPS.size());
      refused(rule, way.name() + " of the map " + map, () -> way.change().accept(map));
    }
  }

  private static void refused(String rule, String what, Runnable change) {
    try {
      change.run();
    } catch (UnsupportedOperationException right) {
      return;
    } catch (RuntimeException other) {
      throw new Mismatch(
          rule, what + " must fail with UnsupportedOperationException, but " + other, other);
    }
    throw new Mismatch(rule, what + " must fail with UnsupportedOperationException, but succeeds");
  }

  private static String first(Map<String, ?> map) {
    return map.keySet().iterator().next();
  }

  private static void removeFirst(Iterator<?> iterator) {
    iterator.next();
    iterator.remove();
  }
}
