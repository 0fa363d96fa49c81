package io.databroker.offheap.directory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Time since the machine booted. Steps of the system clock do not change it, and all processes of
 * one boot share it.
 *
 * @param boot the boot id of the machine; 0 if unknown
 * @param micros the microseconds since that boot, rounded down; negative while they cannot be read
 * @param grain bound of the rounding, in microseconds
 */
public record Uptime(long boot, LongSupplier micros, long grain) {
  /** Uptime of a machine without a readable boot id and uptime. */
  public static final Uptime UNKNOWN = new Uptime(0, () -> 0);

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final int MICROS_OF_A_HUNDREDTH = 10_000;

  /** Creates an uptime that is not rounded. */
  public Uptime(long boot, LongSupplier micros) {
    this(boot, micros, 0);
  }

  /** Returns the uptime of this machine, as Linux reports it. */
  public static Uptime ofMachine() {
    return of(BOOT_ID, UPTIME);
  }

  /**
   * Returns the uptime that these files hold. A container may hide the second file; the boot id
   * alone still shows that the machine did not go down.
   */
  static Uptime of(Path bootId, Path uptime) {
    try {
      long boot = UUID.fromString(read(bootId).strip()).getLeastSignificantBits() | 1;
      return new Uptime(boot, () -> microsNow(uptime), MICROS_OF_A_HUNDREDTH);
    } catch (IOException | RuntimeException unknown) {
      return UNKNOWN;
    }
  }

  private static long microsNow(Path uptime) {
    try {
      return readMicros(uptime);
    } catch (IOException | RuntimeException gone) {
      return -1; // the file could be read before: the process may have no file handle left
    }
  }

  /** The file says, for example, {@code 38144.72 70112.03}: seconds, and idle seconds. */
  private static long readMicros(Path uptime) throws IOException {
    String text = read(uptime);
    int point = text.indexOf('.');
    long seconds = Long.parseLong(text, 0, point, 10);
    int hundredths = Integer.parseInt(text, point + 1, point + 3, 10);
    return (seconds * 100 + hundredths) * MICROS_OF_A_HUNDREDTH;
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.US_ASCII);
  }
}
