package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.StorageFullException;
import io.databroker.api.Write;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A process that fills a disk with records until it is killed, and says which were taken. */
final class FullDiskChild {
  private FullDiskChild() {}

  static OffheapSettings settings(Path directory, Durability durability) {
    return new OffheapSettings(directory, durability, 20_000, 10, 1 << 18);
  }

  /** Some are zeros, which look like the holes of a file. */
  static Bytes payload(long number) {
    byte[] content = new byte[500 + (int) (number % 7) * 700];
    if (number % 2 == 0) {
      Arrays.fill(content, (byte) number);
    }
    return Bytes.copyOf(content);
  }

  /** The arguments: directory, durability, the first number. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
    Backend backend =
        Opening.open(
            settings(Path.of(arguments[0]), Durability.valueOf(arguments[1])),
            BackendContext.standard());
    long number = Long.parseLong(arguments[2]);
    say(out, "open");
    while (true) {
      try {
        backend.put(List.of(Write.put("t", "k" + number, payload(number))));
        say(out, Long.toString(number));
      } catch (StorageFullException full) {
        say(out, "full");
      }
      number++;
    }
  }

  /** One write call a line, so that a kill cuts no line in two unnoticed. */
  private static void say(PrintStream out, String line) {
    out.print(line + ".\n");
    out.flush();
  }
}
