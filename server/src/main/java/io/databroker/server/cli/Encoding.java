package io.databroker.server.cli;

/** Guesses the encoding of bytes that are not UTF-8. */
final class Encoding {
  private static final int GZIP = 0x1f8b;
  private static final int ZSTD = 0x28b5;
  private static final int UTF_16_BIG = 0xfeff;
  private static final int UTF_16_LITTLE = 0xfffe;

  private Encoding() {}

  /** Returns what to do about these bytes, as the end of a message; empty if they are unknown. */
  static String hint(byte[] bytes) {
    if (bytes.length < 2) {
      return "";
    }
    return switch ((bytes[0] & 0xff) << 8 | (bytes[1] & 0xff)) {
      case GZIP -> " but gzip; unpack it first, as with zcat";
      case ZSTD -> " but zstd; unpack it first, as with zstdcat";
      case UTF_16_BIG, UTF_16_LITTLE -> " but UTF-16; convert it first, as with iconv";
      default -> "";
    };
  }
}
