package io.databroker.api.support;

import java.util.AbstractList;
import java.util.Collection;
import java.util.Comparator;
import java.util.RandomAccess;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An immutable list of types, sorted by code point, without duplicates (LIST-2, LIST-3). Adding or
 * removing a type returns another list, which shares most of its memory with this one.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class TypeList extends AbstractList<String> implements RandomAccess {
  /** List without types. */
  public static final TypeList EMPTY = new TypeList(new SortedTree<>(Function.identity()));

  private final SortedTree<String> types;

  private TypeList(SortedTree<String> types) {
    this.types = types;
  }

  @Override
  public int size() {
    return types.size();
  }

  @Override
  public String get(int index) {
    return types.get(index);
  }

  @Override
  public boolean contains(@Nullable Object type) {
    return type instanceof String text && types.find(text) >= 0;
  }

  /** Returns this list with the given type. */
  public TypeList with(String type) {
    return contains(type) ? this : new TypeList(types.with(type));
  }

  /** Returns this list without the given type. */
  public TypeList without(String type) {
    return contains(type) ? new TypeList(types.without(type)) : this;
  }

  // The inherited methods also change nothing, but do not fail for an empty list.

  @Override
  public boolean addAll(Collection<? extends String> types) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean addAll(int index, Collection<? extends String> types) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean remove(@Nullable Object type) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean removeAll(Collection<?> types) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean retainAll(Collection<?> types) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean removeIf(Predicate<? super String> filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void replaceAll(UnaryOperator<String> operator) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void sort(@Nullable Comparator<? super String> order) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void clear() {
    throw new UnsupportedOperationException();
  }
}
