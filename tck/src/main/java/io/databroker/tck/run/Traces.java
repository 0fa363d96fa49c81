package io.databroker.tck.run;

import io.databroker.tck.text.Texts;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stack traces for reports: every cause, without the frames of JUnit. */
final class Traces {
  private static final int MOST_FRAMES = 60;

  private Traces() {}

  static String of(Throwable failure) {
    StringBuilder text = new StringBuilder();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    @Nullable Throwable next = failure;
    while (next != null && seen.add(next)) {
      text.append(next == failure ? "" : "Caused by: ")
          .append(Texts.firstLine(next.toString()))
          .append('\n');
      int frames = 0;
      for (StackTraceElement frame : next.getStackTrace()) {
        String name = frame.getClassName();
        if (!name.startsWith("org.junit.") && !name.startsWith("jdk.internal.reflect.")) {
          text.append("    at ").append(frame).append('\n');
          if (++frames == MOST_FRAMES) {
            text.append("    ...\n");
            break;
          }
        }
      }
      next = next.getCause();
    }
    return text.toString();
  }
}
