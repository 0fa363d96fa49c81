package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.support.Extraction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Digests of values of indexed fields, as the table indexed_value holds them. A digest covers the
 * fingerprint of the extraction function, so that values of one function do not match those of
 * another. Values of any length and content have a digest.
 */
final class Digests {
  private final Extraction extraction;

  Digests(Extraction extraction) {
    this.extraction = extraction;
  }

  /** Returns the name of the extraction function, as text that can be stored. */
  String fingerprint() {
    return of("", "", "").toString();
  }

  /** Returns the digest of one value. */
  UUID of(String type, String field, String value) {
    MessageDigest digest = sha256();
    for (String part : new String[] {extraction.fingerprint(), type, field, value}) {
      byte[] bytes =
          part.getBytes(StandardCharsets.UTF_16BE); // keeps different lone surrogates different
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      digest.update(bytes);
    }
    ByteBuffer sum = ByteBuffer.wrap(digest.digest());
    return new UUID(sum.getLong(), sum.getLong());
  }

  /**
   * Returns the digests of a payload that is to be stored.
   *
   * @throws io.databroker.api.InvalidArgumentException if the extraction function rejects it
   */
  List<UUID> ofWrite(int index, String type, Bytes payload, List<String> fields) {
    return all(type, extraction.values(index, type, payload, fields));
  }

  /** Returns the digests of a stored payload for fields that are being added. */
  List<UUID> ofStored(String type, String id, Bytes payload, List<String> fields) {
    return all(type, extraction.stored(type, id, payload, fields));
  }

  /** Returns the digests of a stored payload; none if the function rejects it. */
  List<UUID> ofReopened(String type, Bytes payload, List<String> fields) {
    try {
      return all(type, extraction.values(type, payload, fields));
    } catch (RuntimeException | StackOverflowError rejection) {
      return List.of();
    }
  }

  private List<UUID> all(String type, Map<String, String> values) {
    List<UUID> digests = new ArrayList<>(values.size());
    values.forEach((field, value) -> digests.add(of(type, field, value)));
    return digests;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
