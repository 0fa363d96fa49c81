package io.databroker.api.support;

import io.databroker.api.CodePointOrder;
import io.databroker.api.TypeOptions;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changes the options of one type in an unmodifiable map, sorted by code point (OPT-1).
 *
 * <p><b>Thread-safety:</b> stateless.
 */
public final class OptionsMap {
  private OptionsMap() {}

  /** Returns a copy of {@code all} in which the type has these options; empty ones remove it. */
  public static Map<String, TypeOptions> with(
      Map<String, TypeOptions> all, String type, TypeOptions options) {
    Map<String, TypeOptions> changed = new TreeMap<>(CodePointOrder.INSTANCE);
    changed.putAll(all);
    if (options.isEmpty()) {
      changed.remove(type);
    } else {
      changed.put(type, options);
    }
    return Collections.unmodifiableMap(changed);
  }
}
