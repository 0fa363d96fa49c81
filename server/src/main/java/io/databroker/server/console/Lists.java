package io.databroker.server.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.databroker.api.Backend;
import io.databroker.api.CodePointOrder;
import io.databroker.api.TypeOptions;
import io.databroker.server.rpc.HeldLease;
import io.databroker.server.rpc.Watcher;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Types, leases and watchers as JSON, each list with a bounded number of rows.
 *
 * <p><b>Thread-safety:</b> safe.
 */
final class Lists {
  private static final int TYPES = 100;
  private static final int ROWS = 500;

  private final ConsoleSources sources;
  private final Backend backend;
  private final TypeCounts counts;
  private final Rates rates;

  Lists(ConsoleSources sources, TypeCounts counts, Rates rates) {
    this.sources = sources;
    this.backend = sources.opened().backend();
    this.counts = counts;
    this.rates = rates;
  }

  /**
   * Returns a page of types: those with records or with options.
   *
   * @param text a text in their names; the empty text for all
   * @param after the last type of the page before; the empty text begins
   */
  JsonObject types(String text, String after) {
    Map<String, TypeOptions> options = backend.options();
    List<String> withRecords = backend.listTypes();
    TreeSet<String> onlyOptions = new TreeSet<>(CodePointOrder.INSTANCE);
    for (String type : options.keySet()) {
      if (place(withRecords, type) < 0) {
        onlyOptions.add(type);
      }
    }
    String wanted = text.toLowerCase(Locale.ROOT);
    List<String> found = new ArrayList<>();
    for (List<String> part :
        List.of(after(withRecords, after), List.copyOf(onlyOptions.tailSet(after, false)))) {
      part.stream()
          .filter(type -> type.toLowerCase(Locale.ROOT).contains(wanted))
          .limit(TYPES + 1)
          .forEach(found::add);
    }
    found.sort(CodePointOrder.INSTANCE);
    JsonArray rows = new JsonArray();
    found.stream().limit(TYPES).forEach(type -> rows.add(type(type, options.get(type))));
    JsonObject json = new JsonObject();
    json.add("types", rows);
    json.addProperty("all", withRecords.size() + onlyOptions.size());
    json.addProperty("more", found.size() > TYPES);
    return json;
  }

  /** Returns the place of a type in a sorted list, negative if it is not there. */
  private static int place(List<String> sorted, String type) {
    return Collections.binarySearch(sorted, type, CodePointOrder.INSTANCE);
  }

  /** Returns the types that sort after the given one; the list need not hold that one. */
  private static List<String> after(List<String> sorted, String type) {
    int place = place(sorted, type);
    return sorted.subList(place < 0 ? -place - 1 : place + 1, sorted.size());
  }

  private JsonObject type(String type, @Nullable TypeOptions options) {
    JsonObject row = new JsonObject();
    row.addProperty("type", type);
    row.addProperty("changes", rates.of(type));
    TypeCounts.Count count = counts.of(type);
    if (count != null) {
      row.addProperty("records", count.records());
      row.addProperty("complete", count.complete());
      row.addProperty("age", counts.age(count));
    }
    if (options != null) {
      if (options.capacity() != null) {
        row.addProperty("capacity", Rows.version(options.capacity()));
      }
      if (options.ttl() != null) {
        row.addProperty("ttl", options.ttl().toSeconds());
      }
      JsonArray fields = new JsonArray();
      options.indexedFields().forEach(fields::add);
      row.add("fields", fields);
    }
    return row;
  }

  /** Returns the leases that end first. */
  JsonObject leases() {
    List<HeldLease> held = new ArrayList<>(sources.leases().get());
    held.sort(Comparator.comparing(HeldLease::left));
    JsonArray rows = new JsonArray();
    for (HeldLease lease : held.subList(0, Math.min(ROWS, held.size()))) {
      JsonObject row = new JsonObject();
      row.addProperty("name", lease.name());
      row.addProperty("left", lease.left().toMillis());
      rows.add(row);
    }
    return list("leases", rows, held.size());
  }

  /** Returns the watchers that are furthest behind. */
  JsonObject watchers() {
    long latest = backend.versions().latest();
    List<Watcher> open = new ArrayList<>(sources.watchers().get());
    open.sort(
        Comparator.comparingLong((Watcher watcher) -> -lag(watcher, latest))
            .thenComparing(Watcher::open, Comparator.reverseOrder()));
    JsonArray rows = new JsonArray();
    for (Watcher watcher : open.subList(0, Math.min(ROWS, open.size()))) {
      JsonObject row = new JsonObject();
      row.addProperty("from", watcher.from());
      row.addProperty("type", watcher.type());
      row.addProperty("seconds", watcher.open().toSeconds());
      row.addProperty("version", Rows.version(watcher.version()));
      row.addProperty("lag", lag(watcher, latest));
      rows.add(row);
    }
    return list("watchers", rows, open.size());
  }

  /**
   * Returns the number of changes that were not sent; for a typed stream, changes of other types
   * count too.
   */
  private static long lag(Watcher watcher, long latest) {
    return watcher.caughtUp() ? 0 : Math.max(0, latest - watcher.version());
  }

  private static JsonObject list(String name, JsonArray rows, int all) {
    JsonObject json = new JsonObject();
    json.add(name, rows);
    json.addProperty("all", all);
    return json;
  }
}
