package io.databroker.tck.crashes;

import io.databroker.tck.child.Words;
import io.databroker.tck.engine.ChildProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Instructions of a parent to its child.
 *
 * @param provider the source of the provider
 * @param stores the settings of each store, as text; there is one store, unless the child makes
 *     last calls
 * @param moment the moment of the kill
 * @param life the number of the life, from 0
 * @param seed fixes the calls of the child
 * @param serverVersion the history in which the previous life began
 * @param version the version at which the previous life began
 * @param leases the names that the previous life left free, each with 0, and held, each with its
 *     token
 */
record Order(
    ChildProvider provider,
    List<Map<String, String>> stores,
    Moment moment,
    int life,
    long seed,
    long serverVersion,
    long version,
    Map<String, Long> leases) {

  String line() {
    return Words.line(
        List.of(
            provider.type(),
            Words.line(provider.words()),
            Words.line(stores.stream().map(Words::line).toList()),
            moment.name(),
            Integer.toString(life),
            Long.toString(seed),
            Long.toString(serverVersion),
            Long.toString(version),
            Words.line(leases)));
  }

  static Order of(String line) {
    List<String> words = Words.of(line);
    Map<String, Long> leases = new LinkedHashMap<>();
    Words.map(words.get(8)).forEach((name, token) -> leases.put(name, Long.valueOf(token)));
    return new Order(
        new ChildProvider(words.get(0), Words.of(words.get(1))),
        Words.of(words.get(2)).stream().map(Words::map).toList(),
        Moment.valueOf(words.get(3)),
        Integer.parseInt(words.get(4)),
        Long.parseLong(words.get(5)),
        Long.parseLong(words.get(6)),
        Long.parseLong(words.get(7)),
        leases);
  }
}
