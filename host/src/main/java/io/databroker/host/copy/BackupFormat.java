package io.databroker.host.copy;

/** Constants of backup files; {@link BackupWriter} describes the format. */
final class BackupFormat {
  /** The first bytes of every backup file: "DATABRKR" in ASCII. */
  static final long MAGIC = 0x44_41_54_41_42_52_4B_52L;

  /** Version of a file that holds all records. */
  static final int FULL = 1;

  /** Version of a file that holds the changes since another backup. */
  static final int INCREMENT = 2;

  /** The length of magic and version. */
  static final int PREAMBLE = 12;

  static final int CONTENTS = 1;
  static final int RECORDS = 2;
  static final int END = 3;

  /** A block of records is closed when it holds this many bytes. */
  static final int BLOCK_BYTES = 1 << 18;

  private BackupFormat() {}
}
