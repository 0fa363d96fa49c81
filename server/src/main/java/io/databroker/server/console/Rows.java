package io.databroker.server.console;

import com.google.gson.JsonObject;
import io.databroker.api.Bytes;
import io.databroker.api.StoredRecord;
import io.databroker.server.json.RecordLine;
import io.databroker.server.proto.Record;
import io.databroker.server.wire.WireValues;

/** Records as JSON, with payloads of a bounded length. */
final class Rows {
  /** Longest beginning of a payload in a list, in characters. */
  private static final int PREVIEW = 200;

  /** Longest beginning of a payload that is shown alone, in characters. */
  private static final int WHOLE = 256 << 10;

  /** Largest payload that is converted for a list. */
  static final int CONVERTED = 4 << 10;

  /** Largest payload that is converted to be shown alone. */
  private static final int LARGEST = 4 << 20;

  private Rows() {}

  static String version(long version) {
    return Long.toUnsignedString(version);
  }

  /** Returns a record without its payload if that is large, for lists. */
  static StoredRecord slim(StoredRecord record) {
    return record.payload().size() <= CONVERTED
        ? record
        : new StoredRecord(
            record.type(),
            record.id(),
            record.version(),
            Bytes.EMPTY,
            record.modifiedAt(),
            record.deleted());
  }

  /**
   * Returns a row of a list.
   *
   * @param bytes the size of the payload, even if the record was read without it
   */
  static JsonObject row(StoredRecord record, int bytes) {
    JsonObject row = bare(record, bytes);
    if (record.payload().size() > 0) {
      String text = text(record.payload());
      row.addProperty("data", text.substring(0, end(text, PREVIEW)));
      row.addProperty("cut", text.length() > PREVIEW);
    } else {
      row.addProperty("cut", bytes > 0);
    }
    return row;
  }

  /** Returns a single record, with its whole payload unless the payload is very large. */
  static JsonObject whole(StoredRecord record) {
    int bytes = record.payload().size();
    JsonObject row = bare(record, bytes);
    if (bytes > LARGEST) {
      row.addProperty("cut", true);
    } else if (bytes > 0) {
      String text = text(record.payload());
      row.addProperty("data", text.substring(0, end(text, WHOLE)));
      row.addProperty("cut", text.length() > WHOLE);
    }
    return row;
  }

  private static JsonObject bare(StoredRecord record, int bytes) {
    JsonObject row = new JsonObject();
    row.addProperty("type", record.type());
    row.addProperty("id", record.id());
    row.addProperty("version", version(record.version()));
    row.addProperty("time", record.modifiedAt().toString());
    row.addProperty("deleted", record.deleted());
    row.addProperty("bytes", bytes);
    return row;
  }

  /** Returns the end of the longest beginning that does not cut a surrogate pair in two. */
  private static int end(String text, int most) {
    if (text.length() <= most) {
      return text.length();
    }
    return Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
  }

  private static String text(Bytes payload) {
    return RecordLine.dataOf(Record.newBuilder().setData(WireValues.data(payload)).build());
  }
}
