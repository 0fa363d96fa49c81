package io.databroker.api.support;

import io.databroker.api.CodePointOrder;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sequence of elements, sorted by a key in code point order. A change returns another
 * sequence, which shares most of its memory with this one.
 *
 * <p>The elements are the leaves of a B-tree. A change copies the nodes from the root to one leaf,
 * so its cost grows with the logarithm of the size: four short arrays for a million elements.
 */
final class SortedTree<E> {
  /** Largest number of children or elements of a node. */
  private static final int LARGEST = 64;

  private final Function<? super E, String> key;
  private final Node root;

  /** Creates an empty sequence. */
  SortedTree(Function<? super E, String> key) {
    this(key, Node.EMPTY);
  }

  private SortedTree(Function<? super E, String> key, Node root) {
    this.key = key;
    this.root = root;
  }

  int size() {
    return root.size;
  }

  @SuppressWarnings("unchecked") // nothing else is added
  E get(int index) {
    if (index < 0 || index >= root.size) {
      throw new IndexOutOfBoundsException("index " + index + " of " + root.size);
    }
    Node node = root;
    int rest = index;
    for (int[] starts = node.starts; starts != null; starts = node.starts) {
      int place = Arrays.binarySearch(starts, rest);
      int child = place >= 0 ? place : -place - 2;
      rest -= starts[child];
      node = node.child(child);
    }
    return (E) node.parts[rest];
  }

  /**
   * Returns the index of the given key; if it is absent, returns {@code -(insertion index) - 1}.
   */
  int find(String sought) {
    Node node = root;
    int before = 0;
    for (int[] starts = node.starts; starts != null; starts = node.starts) {
      int child = childOf(node, sought);
      before += starts[child];
      node = node.child(child);
    }
    int found = find(node.parts, sought);
    return found >= 0 ? before + found : found - before;
  }

  /** Returns this sequence with the given element, in the place of one with the same key. */
  SortedTree<E> with(E element) {
    Node[] changed = with(root, element, key.apply(element));
    return new SortedTree<>(key, changed.length == 1 ? changed[0] : Node.inner(changed));
  }

  private Node[] with(Node node, E element, String sought) {
    if (node.starts == null) {
      int found = find(node.parts, sought);
      return found >= 0
          ? split(true, spliced(node.parts, found, 1, element))
          : split(true, spliced(node.parts, -found - 1, 0, element));
    }
    int place = childOf(node, sought);
    Object[] changed = with(node.child(place), element, sought);
    return split(false, spliced(node.parts, place, 1, changed));
  }

  /** Returns this sequence without the element of the given key. */
  SortedTree<E> without(String sought) {
    if (find(sought) < 0) {
      return this;
    }
    Node changed = without(root, sought);
    while (changed.starts != null && changed.parts.length == 1) {
      changed = changed.child(0);
    }
    return new SortedTree<>(key, changed.size == 0 ? Node.EMPTY : changed);
  }

  /**
   * Returns the node without the element of the given key. The node must have that element, and may
   * become empty.
   */
  private Node without(Node node, String sought) {
    if (node.starts == null) {
      return Node.leaf(spliced(node.parts, find(node.parts, sought), 1));
    }
    int place = childOf(node, sought);
    Node child = without(node.child(place), sought);
    if (child.size == 0) {
      return Node.inner(spliced(node.parts, place, 1));
    }
    // Merges small nodes, so that they do not pile up.
    if (place > 0 && areSmall(node.child(place - 1), child)) {
      return Node.inner(spliced(node.parts, place - 1, 2, merged(node.child(place - 1), child)));
    }
    if (place + 1 < node.parts.length && areSmall(child, node.child(place + 1))) {
      return Node.inner(spliced(node.parts, place, 2, merged(child, node.child(place + 1))));
    }
    return Node.inner(spliced(node.parts, place, 1, child));
  }

  private static boolean areSmall(Node left, Node right) {
    return left.parts.length + right.parts.length <= LARGEST / 2;
  }

  private static Node merged(Node left, Node right) {
    Object[] both = spliced(left.parts, left.parts.length, 0, right.parts);
    return left.starts == null ? Node.leaf(both) : Node.inner(both);
  }

  /** Returns one node of these parts, or two if they are too many for one. */
  private static Node[] split(boolean leaf, Object[] parts) {
    if (parts.length <= LARGEST) {
      return new Node[] {leaf ? Node.leaf(parts) : Node.inner(parts)};
    }
    Object[] left = Arrays.copyOf(parts, parts.length / 2);
    Object[] right = Arrays.copyOfRange(parts, left.length, parts.length);
    return leaf
        ? new Node[] {Node.leaf(left), Node.leaf(right)}
        : new Node[] {Node.inner(left), Node.inner(right)};
  }

  /**
   * Returns a copy of the parts in which {@code by} replaces the {@code removed} parts from an
   * index on.
   */
  private static Object[] spliced(Object[] parts, int from, int removed, Object... by) {
    Object[] changed = new Object[parts.length - removed + by.length];
    System.arraycopy(parts, 0, changed, 0, from);
    System.arraycopy(by, 0, changed, from, by.length);
    int rest = from + removed;
    System.arraycopy(parts, rest, changed, from + by.length, parts.length - rest);
    return changed;
  }

  /**
   * Returns the last child whose first key is not after the given one; the first child if there is
   * none.
   */
  private int childOf(Node node, String sought) {
    int low = 1;
    int high = node.parts.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(node.child(middle).first(), sought) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private int find(Object[] elements, String sought) {
    int low = 0;
    int high = elements.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(elements[middle], sought);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  @SuppressWarnings("unchecked") // nothing else is added
  private int compare(Object element, String sought) {
    return CodePointOrder.INSTANCE.compare(key.apply((E) element), sought);
  }

  /** An inner node, whose parts are nodes of one height, or a leaf, whose parts are elements. */
  private static final class Node {
    static final Node EMPTY = leaf(new Object[0]);

    final Object[] parts;

    /** Index of the first element of each child, counted from that of this node; null in a leaf. */
    final int @Nullable [] starts;

    final int size;

    private Node(Object[] parts, int @Nullable [] starts, int size) {
      this.parts = parts;
      this.starts = starts;
      this.size = size;
    }

    static Node leaf(Object[] elements) {
      return new Node(elements, null, elements.length);
    }

    static Node inner(Object[] children) {
      int[] starts = new int[children.length];
      int size = 0;
      for (int i = 0; i < children.length; i++) {
        starts[i] = size;
        size += ((Node) children[i]).size;
      }
      return new Node(children, starts, size);
    }

    Node child(int place) {
      return (Node) parts[place];
    }

    /** Returns the first element; the node is not empty. */
    Object first() {
      Node node = this;
      while (node.starts != null) {
        node = node.child(0);
      }
      return node.parts[0];
    }
  }
}
