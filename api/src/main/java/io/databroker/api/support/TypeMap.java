package io.databroker.api.support;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from types, sorted by code point. A change returns another map, which shares
 * most of its memory with this one.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class TypeMap<V> {
  private final SortedTree<Map.Entry<String, V>> entries;
  private final Map<String, V> view = Collections.unmodifiableMap(new View());

  /** Creates an empty map. */
  public TypeMap() {
    this(new SortedTree<>(Map.Entry::getKey));
  }

  private TypeMap(SortedTree<Map.Entry<String, V>> entries) {
    this.entries = entries;
  }

  /** Returns the value of the given type, or null. */
  public @Nullable V get(String type) {
    int index = entries.find(type);
    return index < 0 ? null : entries.get(index).getValue();
  }

  /** Returns this map with the given value; a value of null removes the type. */
  public TypeMap<V> with(String type, @Nullable V value) {
    return new TypeMap<>(
        value == null ? entries.without(type) : entries.with(Map.entry(type, value)));
  }

  /** Returns this map as an unmodifiable one, at no cost. */
  public Map<String, V> asMap() {
    return view;
  }

  private final class View extends AbstractMap<String, V> {
    @Override
    public int size() {
      return entries.size();
    }

    @Override
    public boolean containsKey(@Nullable Object type) {
      return type instanceof String text && entries.find(text) >= 0;
    }

    @Override
    public @Nullable V get(@Nullable Object type) {
      return type instanceof String text ? TypeMap.this.get(text) : null;
    }

    @Override
    public Set<Map.Entry<String, V>> entrySet() {
      return new AbstractSet<>() {
        @Override
        public int size() {
          return entries.size();
        }

        @Override
        public Iterator<Map.Entry<String, V>> iterator() {
          return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
              return next < entries.size();
            }

            @Override
            public Map.Entry<String, V> next() {
              if (!hasNext()) {
                throw new NoSuchElementException();
              }
              return entries.get(next++);
            }
          };
        }
      };
    }
  }
}
