package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.StorageFullException;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Process that fills a disk with records until it is killed, with concurrent readers and feeds. It
 * prints each stored record and each version that a feed has reached.
 */
final class FullDiskChild {
  private FullDiskChild() {}

  static OffheapSettings settings(Path directory, Durability durability) {
    return new OffheapSettings(directory, durability, 20_000, 10, 1 << 18);
  }

  /** Returns a payload; some are zeros, which look like holes of a file. */
  static Bytes payload(long number) {
    byte[] content = new byte[500 + (int) (number % 7) * 700];
    if (number % 2 == 0) {
      Arrays.fill(content, (byte) number);
    }
    return Bytes.copyOf(content);
  }

  static boolean isWhole(StoredRecord record) {
    return record.payload().equals(payload(Long.parseLong(record.id().substring(1))));
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
    Bystanders beside =
        new Bystanders(
            backend,
            "t",
            FullDiskChild::isWhole,
            error -> false,
            at -> say(out, "seen " + at.version()));
    while (true) {
      try {
        backend.put(List.of(Write.put("t", "k" + number, payload(number))));
        say(out, Long.toString(number));
      } catch (StorageFullException full) {
        say(out, "full");
      }
      beside.check();
      number++;
    }
  }

  /** Prints a line by one write call, so that a kill cannot cut a line in two unnoticed. */
  private static synchronized void say(PrintStream out, String line) {
    out.print(line + ".\n");
    out.flush();
  }
}
