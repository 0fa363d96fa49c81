package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Position;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Process that runs a script until it is killed, with concurrent readers and feeds. It prints each
 * completed operation and each position that a feed has reached. A line on its standard input makes
 * it close the store and end.
 */
final class CrashChild {
  private CrashChild() {}

  /** The arguments: directory, durability, seed, the first operation, a file of past outcomes. */
  public static void main(String[] arguments) throws IOException {
    OffheapSettings settings =
        new OffheapSettings(
            Path.of(arguments[0]), Durability.valueOf(arguments[1]), 2_000, 10, 1 << 15);
    long seed = Long.parseLong(arguments[2]);
    long first = Long.parseLong(arguments[3]);
    Script script = new Script(seed);
    Model model = CrashRun.replay(script, first, Files.readAllLines(Path.of(arguments[4])));
    AtomicReference<Instant> now = new AtomicReference<>(script.time(first));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
    Backend backend =
        Opening.open(
            settings,
            BackendContext.standard().withClock(now::get).withExtractor(Script.EXTRACTOR));
    say(out, "open " + backend.versions().serverVersion());
    try (Bystanders beside =
        new Bystanders(
            backend, "t", Script::isWhole, error -> false, at -> say(out, "seen " + seen(at)))) {
      for (long number = first; System.in.available() == 0; number++) {
        now.set(script.time(number));
        script.run(number, backend, model);
        say(out, number + " " + backend.versions().serverVersion());
        beside.check();
      }
      backend.close();
    }
    say(out, "closed");
  }

  private static String seen(Position at) {
    return at.serverVersion() + " " + at.version();
  }

  /** Prints a line by one write call, so that a kill cannot cut a line in two unnoticed. */
  private static synchronized void say(PrintStream out, String line) {
    out.print(line + ".\n");
    out.flush();
  }
}
