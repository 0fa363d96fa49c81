package io.databroker.server.payload;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the objects of a message from its bytes, before any object is created. Two bytes on the
 * wire can become a hundred in the heap.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class MessageShape {
  private static final int SMALL_NUMBERS = 32;
  private static final int BYTES_PER_PACKED_PART = 8;
  private static final Map<Descriptor, MessageShape> SHAPES = new ConcurrentHashMap<>();

  /** Shape of unknown groups, which have no known field. */
  private static final MessageShape UNKNOWN = new MessageShape();

  /**
   * Field of a message.
   *
   * @param wireType the wire type of one value; values of another one are kept as unknown fields
   * @param message the shape of a field that holds messages
   */
  private record Field(
      int wireType, boolean repeated, boolean packable, @Nullable MessageShape message) {
    boolean takes(int type) {
      return type == wireType || (packable && type == WireFormat.WIRETYPE_LENGTH_DELIMITED);
    }
  }

  private final @Nullable Field[] small = new @Nullable Field[SMALL_NUMBERS];
  private final Map<Integer, Field> others = new HashMap<>();

  private MessageShape() {}

  /** Returns the shape of messages of the given type. */
  public static MessageShape of(Descriptor type) {
    MessageShape known = SHAPES.get(type);
    if (known != null) {
      return known;
    }
    Map<Descriptor, MessageShape> made = new HashMap<>();
    MessageShape shape = make(type, made);
    SHAPES.putAll(made); // published only when complete
    return shape;
  }

  private static MessageShape make(Descriptor type, Map<Descriptor, MessageShape> made) {
    MessageShape shape = made.get(type);
    if (shape == null) {
      shape = new MessageShape();
      made.put(type, shape);
      for (FieldDescriptor each : type.getFields()) {
        boolean message = each.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        Field field =
            new Field(
                each.getLiteType().getWireType(),
                // A closed enum keeps each value that it does not know as an unknown field.
                each.isRepeated() || each.legacyEnumFieldTreatedAsClosed(),
                each.isPackable(),
                message ? make(each.getMessageType(), made) : null);
        if (each.getNumber() < SMALL_NUMBERS) {
          shape.small[each.getNumber()] = field;
        } else {
          shape.others.put(each.getNumber(), field);
        }
      }
    }
    return shape;
  }

  private @Nullable Field field(int number) {
    return number < SMALL_NUMBERS ? small[number] : others.get(number);
  }

  /**
   * A message has more parts than allowed.
   *
   * <p><b>Thread-safety:</b> as any exception.
   */
  public static final class TooManyPartsException extends InvalidProtocolBufferException {
    private static final long serialVersionUID = 1L;

    TooManyPartsException(int limit) {
      super("it has more than " + limit + " parts");
    }
  }

  /**
   * A message is nested more deeply than allowed.
   *
   * <p><b>Thread-safety:</b> as any exception.
   */
  public static final class TooDeepException extends InvalidProtocolBufferException {
    private static final long serialVersionUID = 1L;

    TooDeepException(int limit) {
      super("nesting is deeper than " + limit);
    }
  }

  /**
   * Counter of the parts of one message: messages, elements of lists, and unknown fields.
   *
   * <p><b>Thread-safety:</b> none.
   */
  public static final class Count {
    private final int limit;
    private final int deepest;
    private final int[] atTop = new int[SMALL_NUMBERS];
    private int parts;

    /**
     * Creates a counter.
     *
     * @param limit largest number of parts
     * @param deepest largest number of nesting levels
     */
    public Count(int limit, int deepest) {
      this.limit = limit;
      this.deepest = deepest;
    }

    /**
     * Returns how often the field of the given number, below 32, occurs in the outermost message.
     */
    public int atTop(int number) {
      return atTop[number];
    }

    /** Returns the number of all parts. */
    public int parts() {
      return parts;
    }

    private void add(long more) throws TooManyPartsException {
      parts = (int) Math.min(Integer.MAX_VALUE, parts + more);
      if (parts > limit) {
        throw new TooManyPartsException(limit);
      }
    }
  }

  /**
   * Counts the parts of a message.
   *
   * @throws TooManyPartsException if it has more parts than allowed
   * @throws TooDeepException if it is nested more deeply than allowed
   * @throws InvalidProtocolBufferException if the bytes are not a message
   */
  public void count(CodedInputStream in, Count count) throws InvalidProtocolBufferException {
    try {
      count(in, count, 0);
      in.checkLastTagWas(0);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException("reading from an array cannot fail", e);
    }
  }

  private void count(CodedInputStream in, Count count, int depth) throws IOException {
    if (depth > count.deepest) {
      throw new TooDeepException(count.deepest);
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int type = WireFormat.getTagWireType(tag);
      if (type == WireFormat.WIRETYPE_END_GROUP) {
        return;
      }
      int number = WireFormat.getTagFieldNumber(tag);
      Field field = field(number);
      if (depth == 0 && number < SMALL_NUMBERS) {
        count.atTop[number]++;
      }
      if (field == null || !field.takes(type)) {
        countUnknown(in, tag, count, depth);
      } else if (field.message != null) {
        count.add(1);
        countMessage(in, field.message, tag, count, depth + 1);
      } else {
        int before = in.getTotalBytesRead();
        in.skipField(tag);
        if (field.repeated) {
          int bytes = field.packable ? in.getTotalBytesRead() - before : 0;
          count.add(1 + bytes / BYTES_PER_PACKED_PART);
        }
      }
    }
  }

  private static void countMessage(
      CodedInputStream in, MessageShape shape, int tag, Count count, int depth) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_START_GROUP) {
      shape.count(in, count, depth);
      int end = tag - WireFormat.WIRETYPE_START_GROUP + WireFormat.WIRETYPE_END_GROUP;
      in.checkLastTagWas(end);
      return;
    }
    int limit = in.pushLimit(in.readRawVarint32());
    shape.count(in, count, depth);
    in.checkLastTagWas(0);
    in.popLimit(limit);
  }

  /** Counts an unknown field, and all fields inside it if it is a group. */
  private static void countUnknown(CodedInputStream in, int tag, Count count, int depth)
      throws IOException {
    count.add(1);
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_START_GROUP) {
      countMessage(in, UNKNOWN, tag, count, depth + 1);
    } else {
      in.skipField(tag);
    }
  }
}
