package io.databroker.api.support;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Faults to plant into a copy of the real code, each with the scenario that reveals the fault. */
enum WaitingFault {
  FEED_LOOKS_BEFORE_IT_REGISTERS(
      "a write during a registration",
      "WaitingFeed",
      """
          feeds.add(registration);
          VarHandle.fullFence();
          moveIfRegistering(feeds.begunTrims());
          if (isReady()) {
      """,
      """
          boolean ready = isReady();
          feeds.add(registration);
          if (ready) {
      """),
  WRITER_LOOKS_BEFORE_IT_PUBLISHES(
      "a write during a registration",
      "ToyHistory",
      """
        void put(String type) {
      """,
      """
        void put(String type) {
          if (!feeds.mayWait()) {
            synchronized (this) {
              Versions now = versions();
              types.set((int) now.latest() + 1, type);
              versions = new Versions(now.serverVersion(), now.earliest(), now.latest() + 1);
            }
            return;
          }
      """),
  TASK_IS_DUE_UNTIL_ITS_END(
      "a write with a notifier that runs its task late",
      "WaitingFeeds",
      """
            due.set(false);
            long round = rounds.incrementAndGet();
            try {
              for (Waiting each : waiting) {
                if (each.round < round) {
                  each.run();
                }
              }
      """,
      """
            long round = rounds.incrementAndGet();
            try {
              for (Waiting each : waiting) {
                if (each.round < round) {
                  each.run();
                }
              }
              due.set(false);
      """),
  GROUP_IS_DROPPED_WITH_A_REGISTRATION(
      "a registration while another feed closes",
      "WaitingFeeds",
      """
          byType.computeIfPresent(
              type,
              (any, group) -> {
                removed[0] = group.remove(waiting);
                return group.count.get() == 0 ? null : group;
              });
      """,
      """
          Group group = byType.get(type);
          removed[0] = group != null && group.remove(waiting);
          if (group != null && group.count.get() == 0) {
            byType.remove(type);
          }
      """),
  FEED_DOES_NOT_LOOK_FOR_TRIMS(
      "a trim during a registration",
      "WaitingFeed",
      """
          moveIfRegistering(feeds.begunTrims());
      """,
      ""),
  CLOSE_LOOKS_BEFORE_IT_CLOSES(
      "a close of the feed during a registration",
      "WaitingFeed",
      """
          closed = true;
          VarHandle.fullFence();
          Waiting registration = waiting.getAndSet(null);
      """,
      """
          Waiting registration = waiting.get();
          waiting.compareAndSet(registration, null);
          closed = true;
      """);

  private static final String FOLDER = "io/databroker/api/support/";
  private static final Path MAIN = Path.of("src", "main", "java");
  private static final Path TEST = Path.of("src", "test", "java");

  /** Classes to compile again with the fault, because they refer to each other. */
  private static final Map<String, Path> SOURCES =
      Map.of(
          "WaitingFeeds", MAIN,
          "WaitingFeed", MAIN,
          "Waiting", MAIN,
          "ToyHistory", TEST,
          "WaitingScenarios", TEST);

  private final String scenario;
  private final String type;
  private final String right;
  private final String wrong;

  WaitingFault(String scenario, String type, String right, String wrong) {
    this.scenario = scenario;
    this.type = type;
    this.right = right;
    this.wrong = wrong;
  }

  /** Compiles the code with the fault under other names, and returns the scenario over it. */
  Runnable plant(Path directory) throws IOException, ReflectiveOperationException {
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-nowarn", "-g", "-d", directory.toString(), "-cp"));
    arguments.add(System.getProperty("java.class.path"));
    for (Map.Entry<String, Path> source : SOURCES.entrySet()) {
      String name = source.getKey();
      String text = flat(Files.readString(source.getValue().resolve(FOLDER + name + ".java")));
      if (name.equals(type)) {
        if (!text.contains(flat(right))) {
          throw new IllegalStateException(type + " has changed; adapt the fault to it");
        }
        text = text.replace(flat(right), wrong);
      }
      Path copy =
          Files.createDirectories(directory.resolve("source")).resolve(name + this + ".java");
      arguments.add(Files.writeString(copy, renamed(text)).toString());
    }
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    if (exit != 0) {
      throw new IllegalStateException("the fault does not compile");
    }
    return scenario(directory.resolve(FOLDER));
  }

  /** Returns the text without indentation. */
  private static String flat(String text) {
    return text.replaceAll("(?m)^ +", "");
  }

  private String renamed(String text) {
    return text.replaceAll("\\b(" + String.join("|", SOURCES.keySet()) + ")\\b", "$1" + this);
  }

  /** Lincheck follows only classes of the usual class loader. */
  @SuppressWarnings("unchecked") // same signature as in the correct code
  private Runnable scenario(Path classes) throws IOException, ReflectiveOperationException {
    List<Path> files;
    try (Stream<Path> found = Files.list(classes)) {
      files = found.toList();
    }
    for (Path file : files) {
      MethodHandles.lookup().defineClass(Files.readAllBytes(file));
    }
    Method all = Class.forName(WaitingScenarios.class.getName() + this).getDeclaredMethod("all");
    return Objects.requireNonNull(((Map<String, Runnable>) all.invoke(null)).get(scenario));
  }
}
