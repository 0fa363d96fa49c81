package io.databroker.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reader of a configuration file: a mapping from keys to a value, a list of values, or a mapping of
 * values.
 *
 * <p>It reads the events of the YAML parser and never builds objects: it refuses anchors, aliases,
 * tags, and deeper nesting. Messages name lines and never quote them, because a line may hold a
 * password.
 */
final class YamlFile {
  /** Levels of nesting that are read; deeper ones are refused before they cost anything. */
  private static final int DEEPEST = 4;

  /** Largest size of a file in bytes. */
  static final int LARGEST = 64 << 10;

  /** Text of a value; null if there is none, as in {@code key:}. */
  record Scalar(String text, boolean isNull, int line) {}

  /**
   * Key of the file with its value.
   *
   * @param scalars the value or the values; those of a mapping have keys
   */
  record Entry(String key, int line, Shape shape, List<Scalar> scalars, List<String> keys) {}

  /** Form of a value. */
  enum Shape {
    SCALAR,
    LIST,
    MAPPING
  }

  private final String name;
  private final List<String> problems;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private List<Event> events = List.of();
  private int next;

  private YamlFile(String name, List<String> problems) {
    this.name = name;
    this.problems = problems;
  }

  /**
   * Reads a file.
   *
   * @param problems receives all problems of the file
   * @return the readable entries
   */
  static List<Entry> read(String name, InputStream in, List<String> problems) throws IOException {
    YamlFile file = new YamlFile(name, problems);
    byte[] bytes = in.readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      problems.add(name + " has more than " + LARGEST + " bytes; give less");
      return List.of();
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      file.document(text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (CharacterCodingException e) {
      problems.add(name + " is not UTF-8; save it as UTF-8");
    }
    return List.copyOf(file.entries.values());
  }

  private void document(String text) {
    List<Event> all = new ArrayList<>();
    try {
      int depth = 0;
      for (Event event :
          new Parse(LoadSettings.builder().setCodePointLimit(LARGEST).build()).parseString(text)) {
        all.add(event);
        depth += event instanceof CollectionStartEvent ? 1 : isEnd(event) ? -1 : 0;
        if (depth > DEEPEST) {
          problem(line(event), "nests deeper than options do; give plain values");
          return;
        }
      }
    } catch (MarkedYamlEngineException e) {
      String problem = String.valueOf(e.getProblem());
      problem(e.getProblemMark().map(Mark::getLine).orElse(0) + 1, "is not YAML: " + problem);
      return;
    } catch (YamlEngineException e) { // its message may quote the file
      problems.add(name + " is not YAML: it has a character that YAML does not allow");
      return;
    }
    events = all.stream().filter(e -> e instanceof NodeEvent || isEnd(e)).toList();
    if (events.stream().filter(e -> e.getEventId() == Event.ID.DocumentEnd).count() > 1) {
      problems.add(name + " has several documents; give one");
      return;
    }
    if (at().getEventId() == Event.ID.StreamEnd) {
      return; // empty, or comments alone
    }
    if (at() instanceof ScalarEvent nothing && isNull(nothing)) {
      return;
    }
    if (!(at() instanceof MappingStartEvent start)) {
      problem(line(at()), "is not a mapping; give lines such as \"listen: 127.0.0.1:5443\"");
      return;
    }
    next++;
    plain(start, "the file");
    while (at().getEventId() != Event.ID.MappingEnd) {
      entry();
    }
  }

  private static boolean isEnd(Event event) {
    return switch (event.getEventId()) {
      case MappingEnd, SequenceEnd, DocumentEnd, StreamEnd -> true;
      default -> false;
    };
  }

  private Event at() {
    return events.get(next);
  }

  private void entry() {
    int line = line(at());
    String key = key();
    if (key == null) {
      skip(); // the value
      return;
    }
    Event value = at();
    List<Scalar> scalars = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    Shape shape = Shape.SCALAR;
    if (value instanceof ScalarEvent scalar) {
      next++;
      plain(scalar, key);
      scalars.add(scalar(scalar));
    } else if (value instanceof CollectionStartEvent start) {
      next++;
      plain(start, key);
      boolean mapping = start instanceof MappingStartEvent;
      shape = mapping ? Shape.MAPPING : Shape.LIST;
      while (!isEnd(at())) {
        member(key, mapping, scalars, keys);
      }
      next++;
    } else {
      problem(line(value), key + " is an alias; write the value out");
      next++;
    }
    Entry before = entries.get(key);
    if (before != null) {
      problem(line, key + " stands in line " + before.line + " already; give it once");
    } else {
      entries.put(key, new Entry(key, line, shape, scalars, keys));
    }
  }

  private void member(String of, boolean mapping, List<Scalar> scalars, List<String> keys) {
    String key = "";
    int line = line(at());
    if (mapping) {
      String found = key();
      if (found == null) {
        skip();
        return;
      }
      key = found;
    }
    if (!(at() instanceof ScalarEvent value)) {
      problem(line(at()), "a value in " + of + " is not a single value; write it as text");
      skip();
      return;
    }
    next++;
    plain(value, of);
    if (mapping && keys.contains(key)) {
      problem(line, of + " has " + key + " twice; give it once");
      return;
    }
    scalars.add(scalar(value));
    if (mapping) {
      keys.add(key);
    }
  }

  /** Reads a key; reports a problem and returns null if it is not one. */
  private @Nullable String key() {
    if (at() instanceof ScalarEvent key && !key.getValue().isEmpty()) {
      next++;
      plain(key, "a key");
      return key.getValue();
    }
    problem(line(at()), "a key is not text; give the name of an option");
    skip();
    return null;
  }

  /** Skips a value and everything inside it. */
  private void skip() {
    int depth = 0;
    do {
      Event event = at();
      next++;
      depth += event instanceof CollectionStartEvent ? 1 : isEnd(event) ? -1 : 0;
    } while (depth > 0);
  }

  /** Adds a problem if a value has an anchor or a tag. */
  private void plain(NodeEvent event, String what) {
    boolean tagged =
        event instanceof ScalarEvent scalar
            ? scalar.getTag().isPresent()
            : event instanceof CollectionStartEvent start && start.getTag().isPresent();
    if (tagged || event.getAnchor().isPresent() || event instanceof AliasEvent) {
      problem(line(event), what + " has a tag or an anchor; give plain values");
    }
  }

  private static Scalar scalar(ScalarEvent event) {
    return new Scalar(event.getValue(), isNull(event), line(event));
  }

  private static boolean isNull(ScalarEvent event) {
    return event.isPlain() && event.getValue().matches("|~|null|Null|NULL");
  }

  private static int line(Event event) {
    return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }

  private void problem(int line, String text) {
    problems.add(name + ", line " + line + ": " + text);
  }
}
