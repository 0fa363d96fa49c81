package io.databroker.tck.strangers;

import static io.databroker.tck.strangers.Stranger.backend;
import static io.databroker.tck.strangers.Stranger.over;

import io.databroker.api.CodePointOrder;
import io.databroker.api.PutResult;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.api.Write;
import io.databroker.tck.reference.ReferenceBackend;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Wrong answers of {@code get} and {@code listTypes}. */
final class ReadStrangers {
  private ReadStrangers() {}

  static List<Stranger> all() {
    List<Stranger> all = new ArrayList<>(gets());
    all.addAll(lists());
    return all;
  }

  private static List<Stranger> gets() {
    return List.of(
        over(
            "GET-1 RESTORE-1",
            "remembers-what-is-absent",
            "remembers which keys are absent; a put ends this for its key, but a restore does not",
            inner ->
                new Passing(inner) {
                  private final Set<List<String>> absent = ConcurrentHashMap.newKeySet();

                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    if (absent.contains(List.of(type, id))) {
                      return null;
                    }
                    synchronized (absent) {
                      StoredRecord found = inner.get(type, id);
                      if (found == null) {
                        absent.add(List.of(type, id));
                      }
                      return found;
                    }
                  }

                  @Override
                  public PutResult put(List<Write> batch) {
                    synchronized (absent) {
                      PutResult result = inner.put(batch);
                      absent.clear();
                      return result;
                    }
                  }
                }),
        over(
            "GET-2",
            "half-a-character-in-a-type",
            "a lone surrogate in the type of a get stands for a question mark",
            inner ->
                new Passing(inner) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    byte[] bytes = type.getBytes(StandardCharsets.UTF_8);
                    return inner.get(new String(bytes, StandardCharsets.UTF_8), id);
                  }
                }),
        over(
            "GET-1",
            "one-get-in-3000-is-old",
            "one get in 3,000 returns the answer of the previous get of the same key",
            inner ->
                new Passing(inner) {
                  private final AtomicInteger gets = new AtomicInteger();
                  private final Map<List<String>, StoredRecord> last = new ConcurrentHashMap<>();

                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    StoredRecord found = inner.get(type, id);
                    List<String> key = List.of(type, id);
                    StoredRecord old = found == null ? last.get(key) : last.put(key, found);
                    return gets.incrementAndGet() % 3_000 == 0 && old != null ? old : found;
                  }
                }),
        backend(
            "GET-1",
            "get-without-case",
            "a get of an absent id finds a record whose id differs in case alone",
            (store, context) ->
                new ReferenceBackend(store, context) {
                  @Override
                  public @Nullable StoredRecord get(String type, String id) {
                    synchronized (store) {
                      StoredRecord exact = super.get(type, id);
                      if (exact == null) {
                        for (StoredRecord other : ofType(type)) {
                          if (other.id().equalsIgnoreCase(id)) {
                            return other;
                          }
                        }
                      }
                      return exact;
                    }
                  }
                }));
  }

  private static List<Stranger> lists() {
    return List.of(
        over(
            "LIST-1 CLEAR-1 CLEAR-5",
            "list-cached-by-version",
            "keeps the list while the last version stays the same, across a clear too",
            inner ->
                new Passing(inner) {
                  private long version = -1;
                  private List<String> types = List.of();

                  @Override
                  public synchronized List<String> listTypes() {
                    while (true) {
                      Versions before = inner.versions();
                      if (before.latest() == version) {
                        return types;
                      }
                      List<String> read = inner.listTypes();
                      if (inner.versions().equals(before)) {
                        types = read;
                        version = before.latest();
                      }
                    }
                  }
                }),
        over(
            "LIST-4",
            "list-in-pages",
            "reads the types in pages of six, each at an instant of its own",
            inner ->
                new Passing(inner) {
                  @Override
                  public List<String> listTypes() {
                    List<String> types = new ArrayList<>();
                    while (true) {
                      List<String> now = inner.listTypes();
                      int from =
                          types.isEmpty()
                              ? 0
                              : (int) now.stream().filter(it -> !after(it, types)).count();
                      types.addAll(now.subList(from, Math.min(from + 6, now.size())));
                      if (from + 6 >= now.size()) {
                        return List.copyOf(types);
                      }
                      Stranger.pause();
                    }
                  }

                  private boolean after(String type, List<String> types) {
                    return CodePointOrder.INSTANCE.compare(type, types.get(types.size() - 1)) > 0;
                  }
                }),
        over(
            "LIST-2",
            "signed-bytes",
            "sorts types by their bytes as signed numbers: what is not ASCII comes first",
            inner ->
                new Passing(inner) {
                  @Override
                  public List<String> listTypes() {
                    return inner.listTypes().stream()
                        .sorted(
                            Comparator.comparing(
                                (String it) -> it.getBytes(StandardCharsets.UTF_8),
                                Arrays::compare))
                        .toList();
                  }
                }),
        over(
            "LIST-3",
            "lists-can-be-sorted-by-callers",
            "the list refuses to be changed, except by replaceAll",
            inner ->
                new Passing(inner) {
                  @Override
                  public List<String> listTypes() {
                    List<String> types = new ArrayList<>(inner.listTypes());
                    return new AbstractList<>() {
                      @Override
                      public String get(int index) {
                        return types.get(index);
                      }

                      @Override
                      public int size() {
                        return types.size();
                      }

                      @Override
                      public void replaceAll(UnaryOperator<String> operator) {
                        types.replaceAll(operator);
                      }
                    };
                  }
                }),
        over(
            "LIST-1 LIST-4",
            "lists-what-was-evicted",
            "a type whose last record an expiry deletes is listed until the next put",
            inner ->
                new Passing(inner) {
                  private Set<String> ghosts = Set.of();

                  @Override
                  public synchronized long expire() {
                    Set<String> before = Set.copyOf(inner.listTypes());
                    long expired = inner.expire();
                    ghosts = before;
                    return expired;
                  }

                  @Override
                  public synchronized PutResult put(List<Write> batch) {
                    ghosts = Set.of();
                    return inner.put(batch);
                  }

                  @Override
                  public synchronized List<String> listTypes() {
                    Set<String> types = new TreeSet<>(CodePointOrder.INSTANCE);
                    types.addAll(inner.listTypes());
                    types.addAll(ghosts);
                    return List.copyOf(types);
                  }
                }),
        over(
            "LIST-1 LIST-4",
            "one-list-in-4000-is-short",
            "one list in 4,000 lacks its last type",
            inner ->
                new Passing(inner) {
                  private final AtomicInteger lists = new AtomicInteger();

                  @Override
                  public List<String> listTypes() {
                    List<String> types = inner.listTypes();
                    return lists.incrementAndGet() % 4_000 == 0 && !types.isEmpty()
                        ? types.subList(0, types.size() - 1)
                        : types;
                  }
                }));
  }
}
