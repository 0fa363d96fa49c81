package io.databroker.server.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shared keys: 32 bytes each, as base64, one per line. Any of them may sign a token, so that
 * clients can get a new key before the old one is removed.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class SharedKeys {
  private static final int KEY_BYTES = 32;
  private static final long LARGEST_FILE = 64 << 10;
  private static final String REMEDY =
      ": give 32 random bytes as base64, such as from \"openssl rand -base64 32\"";
  private static final SharedKeys NONE = new SharedKeys(List.of());

  /**
   * Key with its permissions; {@code toString} hides the key.
   *
   * @param bytes the key
   * @param readOnly whether it permits reading only
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Key(byte[] bytes, boolean readOnly) {
    @Override
    public String toString() {
      return readOnly ? "read-only key" : "key";
    }
  }

  private final List<Key> keys;

  private SharedKeys(List<Key> keys) {
    this.keys = List.copyOf(keys);
  }

  /** No key. */
  public static SharedKeys none() {
    return NONE;
  }

  List<Key> all() {
    return keys;
  }

  /** Returns whether there are no keys. */
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /** Returns the first key, with which a client signs; null if there is none. */
  public byte @Nullable [] first() {
    return keys.isEmpty() ? null : keys.get(0).bytes.clone();
  }

  /** Returns the keys of both sets. */
  public SharedKeys and(SharedKeys others) {
    List<Key> all = new ArrayList<>(keys);
    all.addAll(others.keys);
    return new SharedKeys(all);
  }

  /**
   * Reads the keys in a file; skips blank lines and lines that begin with #.
   *
   * @throws AccessException if the file cannot be read, or holds no key or an invalid one
   */
  public static SharedKeys read(Path file, boolean readOnly) throws AccessException {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new AccessException("the key file " + file + " is too large for a file of keys");
      }
      return parse("the key file " + file, Files.readAllBytes(file), readOnly);
    } catch (NoSuchFileException e) {
      throw new AccessException("there is no key file " + file);
    } catch (IOException e) {
      throw new AccessException("the key file " + file + " cannot be read: give a readable one");
    }
  }

  /**
   * Reads the keys in the value of a variable, separated by white space or commas.
   *
   * @param variable its name, for messages
   * @throws AccessException if there is no key, or an invalid one
   */
  public static SharedKeys ofVariable(String variable, String value, boolean readOnly)
      throws AccessException {
    String lines = String.join("\n", value.split("[\\s,]+"));
    return parse("the variable " + variable, lines.getBytes(StandardCharsets.UTF_8), readOnly);
  }

  private static SharedKeys parse(String source, byte[] text, boolean readOnly)
      throws AccessException {
    List<Key> keys = new ArrayList<>();
    int number = 0;
    for (String line : new String(text, StandardCharsets.ISO_8859_1).split("\\R", -1)) {
      number++;
      String key = line.strip();
      if (!key.isEmpty() && !key.startsWith("#")) {
        keys.add(new Key(decode(source, number, key), readOnly));
      }
    }
    if (keys.isEmpty()) {
      throw new AccessException(source + " holds no key" + REMEDY);
    }
    return new SharedKeys(keys);
  }

  private static byte[] decode(String source, int line, String key) throws AccessException {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(key);
    } catch (IllegalArgumentException e) {
      bytes = new byte[0]; // the exception would contain a part of the key
    }
    if (bytes.length != KEY_BYTES) {
      throw new AccessException(source + ", line " + line + ", is not a key" + REMEDY);
    }
    return bytes;
  }
}
