package io.databroker.offheap.memory;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.util.ReadResolvable;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.hash.serialization.SizedWriter;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/** A type's number and the UTF-8 bytes of an id; its thread refills it for each use. */
public final class Key {
  private static final int STEP = 64;

  /** A record has 16 bits for the length of its id. */
  private static final int LONGEST = 0xFFFF;

  int type;
  public byte[] id = new byte[STEP];
  public int length;

  /** Sets the key; returns false for an id that no store can hold: too long, or not Unicode. */
  public boolean set(int number, String text) {
    int chars = text.length();
    if (chars > LONGEST) {
      return false; // before a buffer grows that the thread keeps
    }
    if (id.length < chars * 3) {
      id = new byte[chars * 3 + STEP];
    }
    type = number;
    int to = 0;
    for (int i = 0; i < chars; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        id[to++] = (byte) c;
      } else if (c < 0x800) {
        id[to++] = (byte) (0xC0 | c >> 6);
        id[to++] = (byte) (0x80 | (c & 0x3F));
      } else if (!Character.isSurrogate(c)) {
        id[to++] = (byte) (0xE0 | c >> 12);
        id[to++] = (byte) (0x80 | (c >> 6 & 0x3F));
        id[to++] = (byte) (0x80 | (c & 0x3F));
      } else {
        if (i + 1 >= chars || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
          return false;
        }
        int point = Character.toCodePoint(c, text.charAt(++i));
        id[to++] = (byte) (0xF0 | point >> 18);
        id[to++] = (byte) (0x80 | (point >> 12 & 0x3F));
        id[to++] = (byte) (0x80 | (point >> 6 & 0x3F));
        id[to++] = (byte) (0x80 | (point & 0x3F));
      }
    }
    length = to;
    return true;
  }

  public void set(int number, byte[] bytes) {
    if (id.length < bytes.length) {
      id = new byte[bytes.length + STEP];
    }
    System.arraycopy(bytes, 0, id, 0, bytes.length);
    type = number;
    length = bytes.length;
  }

  /** Marshaller for Chronicle Map. */
  static final class Marshaller
      implements SizedReader<Key>, SizedWriter<Key>, ReadResolvable<Marshaller> {
    static final Marshaller INSTANCE = new Marshaller();

    @Override
    public Key read(Bytes<?> in, long size, @Nullable Key using) {
      Key key = using == null ? new Key() : using;
      key.type = in.readInt();
      key.length = (int) size - Integer.BYTES;
      key.id = new byte[key.length];
      in.read(key.id, 0, key.length);
      return key;
    }

    @Override
    public long size(Key key) {
      return (long) Integer.BYTES + key.length;
    }

    @Override
    public void write(Bytes<?> out, long size, Key key) {
      out.writeInt(key.type);
      out.write(key.id, 0, key.length);
    }

    @Override
    public Marshaller readResolve() {
      return INSTANCE;
    }

    @Override
    public void readMarshallable(WireIn wire) {}

    @Override
    public void writeMarshallable(WireOut wire) {}
  }
}
