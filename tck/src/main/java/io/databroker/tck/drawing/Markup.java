package io.databroker.tck.drawing;

import io.databroker.tck.text.Texts;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Markup that is well formed as HTML and as XML. Every text and every value of an attribute is
 * escaped, because names of records may contain any character.
 */
public final class Markup {
  private static final char PICTURES_OF_CONTROLS = '\u2400';
  private static final char PICTURE_OF_DELETE = '\u2421';

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Begins an empty page. */
  public Markup() {}

  /** Opens an element; its attributes are alternating names and values. */
  public Markup open(String name, Object... attributes) {
    tag(name, attributes);
    out.append('>');
    open.push(name);
    return this;
  }

  /** Adds an element without content and without an end tag in HTML, such as meta. */
  public Markup single(String name, Object... attributes) {
    tag(name, attributes);
    out.append("/>");
    return this;
  }

  /** Adds an element that holds a text. */
  public Markup element(String name, String text, Object... attributes) {
    return open(name, attributes).text(text).close();
  }

  private void tag(String name, Object... attributes) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1].toString());
      out.append('"');
    }
  }

  /** Adds a text. */
  public Markup text(String text) {
    escape(text);
    return this;
  }

  /** Adds a line break to the source, for readability. */
  public Markup line() {
    out.append('\n');
    return this;
  }

  /** Closes the element that was opened last. */
  public Markup close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** Returns the number of characters so far. */
  public int length() {
    return out.length();
  }

  /** Returns the page; all elements must be closed. */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("open elements: " + open);
    }
    return out.toString();
  }

  private void escape(String text) {
    text.codePoints().forEach(this::escape);
  }

  private void escape(int c) {
    switch (c) {
      case '&' -> out.append("&amp;");
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      case '\n', '\t' -> out.append((char) c);
      default -> {
        if (c < 0x20) {
          out.append((char) (PICTURES_OF_CONTROLS + c));
        } else if (c == 0x7F) {
          out.append(PICTURE_OF_DELETE);
        } else if (isHarmful(c)) {
          out.append(Texts.format("\\u%04X", c));
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }

  /** Returns whether a character is forbidden in markup, or changes how its neighbours look. */
  private static boolean isHarmful(int c) {
    int type = Character.getType(c);
    return type == Character.SURROGATE
        || type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || (c & 0xFFFE) == 0xFFFE;
  }
}
