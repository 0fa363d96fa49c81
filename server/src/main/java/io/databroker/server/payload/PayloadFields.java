package io.databroker.server.payload;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.databroker.api.Bytes;
import io.databroker.api.FieldExtractor;
import io.databroker.host.query.AddressRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Extracts texts by path from payloads that are an Any of a known type. It never fails. */
final class PayloadFields implements FieldExtractor {
  /** Version of the code; change it when the code finds other values than before. */
  private static final int CODE_VERSION = 1;

  private static final Logger log = LoggerFactory.getLogger(PayloadFields.class);

  private final MessageTypes types;
  private final String fingerprint;
  private final Once told = new Once();

  PayloadFields(MessageTypes types, String typesFingerprint) {
    this.types = types;
    this.fingerprint = "databroker-protobuf-" + CODE_VERSION + "-" + typesFingerprint;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
    if (fields.isEmpty()) {
      return Map.of();
    }
    Message message = parse(type, payload);
    if (message == null) {
      return Map.of();
    }
    Map<String, String> values = new HashMap<>();
    for (String field : fields) {
      String text = FieldPath.text(message, field);
      String value = text != null && field.equals(AddressField.PATH) ? prefix(type, text) : text;
      if (value != null) {
        values.put(field, value);
      }
    }
    return Map.copyOf(values);
  }

  private @Nullable Message parse(String type, Bytes payload) {
    String url = "";
    try {
      Any any = Any.parseFrom(payload.asByteBuffer());
      url = any.getTypeUrl();
      Message message = types.parse(any);
      if (message == null && !url.isEmpty() && told.first(url)) {
        log.warn(
            "records such as those of type \"{}\" cannot be found by field or text: the "
                + "message type \"{}\" is not known; give its descriptor set",
            type,
            url);
      }
      return message;
    } catch (InvalidProtocolBufferException e) {
      if (told.first("bytes " + url)) {
        log.warn(
            "a record of type \"{}\" cannot be found by field or text: its payload is not a "
                + "message of type \"{}\": {}",
            type,
            url,
            e.getMessage());
      }
      return null;
    }
  }

  private @Nullable String prefix(String type, String text) {
    Optional<AddressRange> range = AddressRange.parse(text);
    if (range.isEmpty() && told.first("range " + type)) {
      log.warn(
          "a record of type \"{}\" cannot be found by address: its {} is \"{}\"; give a "
              + "range such as 10.0.0.0/8",
          type,
          AddressField.PATH,
          text);
    }
    return range.map(AddressRange::toString).orElse(null);
  }
}
