package io.databroker.postgres;

import io.databroker.api.Bytes;
import io.databroker.api.ClosedException;
import io.databroker.api.Condition;
import io.databroker.api.ConditionFailedException;
import io.databroker.api.DatabrokerException;
import io.databroker.api.FutureVersionException;
import io.databroker.api.HistoryReplacedException;
import io.databroker.api.HistoryTrimmedException;
import io.databroker.api.InvalidArgumentException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.OutcomeUnknownException;
import io.databroker.api.SnapshotExpiredException;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.UnavailableException;
import io.databroker.api.Write;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Encoding of the arguments, answers and errors of backend calls between two JVMs. */
final class Wire {
  private static final List<Class<?>> KINDS =
      List.of(
          String.class,
          Long.class,
          Integer.class,
          Boolean.class,
          Bytes.class,
          Instant.class,
          Duration.class,
          List.class,
          Set.class,
          Map.class,
          Enum.class,
          Record.class,
          RuntimeException.class);

  private Wire() {}

  /** Returns whether the value can be sent to another JVM. */
  static boolean canSend(Object value) {
    return KINDS.stream().anyMatch(kind -> kind.isInstance(value));
  }

  static void write(DataOutputStream out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeByte(-1);
      return;
    }
    int kind = 0;
    while (!KINDS.get(kind).isInstance(value)) {
      kind++;
    }
    out.writeByte(kind);
    if (value instanceof String text) {
      out.writeInt(text.length());
      out.writeChars(text);
    } else if (value instanceof Long number) {
      out.writeLong(number);
    } else if (value instanceof Integer number) {
      out.writeInt(number);
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value instanceof Bytes bytes) {
      out.writeInt(bytes.size());
      out.write(bytes.toByteArray());
    } else if (value instanceof Instant instant) {
      out.writeLong(instant.getEpochSecond());
      out.writeInt(instant.getNano());
    } else if (value instanceof Duration duration) {
      out.writeLong(duration.getSeconds());
      out.writeInt(duration.getNano());
    } else if (value instanceof Enum<?> constant) {
      write(out, constant.getDeclaringClass().getName());
      write(out, constant.name());
    } else if (value instanceof Record record) {
      write(out, record.getClass().getName());
      write(out, components(record));
    } else if (value instanceof RuntimeException failure) {
      write(out, parts(failure));
    } else {
      writeMany(out, value);
    }
  }

  private static void writeMany(DataOutputStream out, Object value) throws IOException {
    List<@Nullable Object> all = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, of) -> {
            all.add(key);
            all.add(of);
          });
    } else {
      all.addAll((java.util.Collection<?>) value);
    }
    out.writeInt(all.size());
    for (Object each : all) {
      write(out, each);
    }
  }

  static @Nullable Object read(DataInputStream in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case -1 -> null;
      case 0 -> {
        char[] text = new char[in.readInt()];
        for (int i = 0; i < text.length; i++) {
          text[i] = in.readChar();
        }
        yield new String(text);
      }
      case 1 -> in.readLong();
      case 2 -> in.readInt();
      case 3 -> in.readBoolean();
      case 4 -> Bytes.copyOf(in.readNBytes(in.readInt()));
      case 5 -> Instant.ofEpochSecond(in.readLong(), in.readInt());
      case 6 -> Duration.ofSeconds(in.readLong(), in.readInt());
      case 7 -> many(in);
      case 8 -> new LinkedHashSet<>(many(in));
      case 9 -> {
        List<@Nullable Object> all = many(in);
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i += 2) {
          map.put(all.get(i), all.get(i + 1));
        }
        yield map;
      }
      case 10 -> constant(text(in), text(in));
      case 11 -> record(text(in), list(in));
      case 12 -> failure(list(in));
      default -> throw new IOException("no kind of value has the number " + kind);
    };
  }

  private static String text(DataInputStream in) throws IOException {
    return String.valueOf(read(in));
  }

  private static List<@Nullable Object> list(DataInputStream in) throws IOException {
    in.readByte();
    return many(in);
  }

  private static List<@Nullable Object> many(DataInputStream in) throws IOException {
    int size = in.readInt();
    List<@Nullable Object> all = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      all.add(read(in));
    }
    return all;
  }

  private static List<@Nullable Object> components(Record record) throws IOException {
    List<@Nullable Object> values = new ArrayList<>();
    try {
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        values.add(component.getAccessor().invoke(record));
      }
      return values;
    } catch (ReflectiveOperationException e) {
      throw new IOException("cannot be sent: " + record, e);
    }
  }

  private static Object record(String name, List<@Nullable Object> values) throws IOException {
    if (name.equals(Condition.NONE.getClass().getName())) {
      return Condition.NONE;
    }
    try {
      Class<?> type = Class.forName(name);
      Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      return type.getDeclaredConstructor(types).newInstance(values.toArray());
    } catch (ReflectiveOperationException e) {
      throw new IOException("cannot be received: " + name + values, e);
    }
  }

  private static Object constant(String type, String name) throws IOException {
    try {
      for (Object constant : Class.forName(type).getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(name)) {
          return constant;
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IOException("cannot be received: " + type, e);
    }
    throw new IOException("no constant of " + type + " is named " + name);
  }

  private static List<@Nullable Object> parts(RuntimeException failure) {
    List<@Nullable Object> parts = new ArrayList<>();
    if (!(failure instanceof DatabrokerException known)) {
      parts.add("");
      parts.add(failure.toString());
      return parts;
    }
    parts.add(known.id().name());
    parts.add(failure.getMessage());
    if (failure instanceof ConditionFailedException failed) {
      Write write = Write.put(failed.type(), failed.recordId(), Bytes.EMPTY);
      parts.addAll(List.of(failed.index(), write.when(failed.expected()), failed.found()));
    } else if (failure instanceof HistoryReplacedException replaced) {
      parts.addAll(List.of(replaced.asked(), replaced.current()));
    } else if (failure instanceof HistoryTrimmedException trimmed) {
      parts.addAll(List.of(trimmed.asked(), trimmed.earliest()));
    } else if (failure instanceof FutureVersionException future) {
      parts.addAll(List.of(future.asked(), future.latest()));
    } else if (failure instanceof SnapshotExpiredException expired) {
      parts.add(expired.version());
    } else if (failure instanceof InvalidArgumentException invalid) {
      parts.addAll(List.of(invalid.argument(), invalid.value()));
    }
    return parts;
  }

  private static RuntimeException failure(List<@Nullable Object> parts) {
    String message = parts.get(1) + " (in another JVM)";
    return switch (String.valueOf(parts.get(0))) {
      case "CONDITION_FAILED" ->
          new ConditionFailedException(
              Math.toIntExact(number(parts, 2)),
              (Write) java.util.Objects.requireNonNull(parts.get(3)),
              number(parts, 4));
      case "HISTORY_REPLACED" -> new HistoryReplacedException(number(parts, 2), number(parts, 3));
      case "HISTORY_TRIMMED" -> new HistoryTrimmedException(number(parts, 2), number(parts, 3));
      case "FUTURE_VERSION" -> new FutureVersionException(number(parts, 2), number(parts, 3));
      case "SNAPSHOT_EXPIRED" -> new SnapshotExpiredException(number(parts, 2));
      case "INVALID_ARGUMENT" ->
          new InvalidArgumentException(
              String.valueOf(parts.get(2)), String.valueOf(parts.get(3)), message);
      case "CLOSED" -> new ClosedException(message);
      case "UNAVAILABLE" -> new UnavailableException(message, null);
      case "OUTCOME_UNKNOWN" -> new OutcomeUnknownException(message, null);
      case "STORAGE_FULL" -> new StorageFullException(message, null);
      case "STORAGE_FAILED" -> new StorageFailedException(message, null);
      case "OPEN_FAILED" -> new OpenFailedException(message, null);
      default -> new IllegalStateException(message);
    };
  }

  private static long number(List<@Nullable Object> parts, int index) {
    return parts.get(index) instanceof Number number ? number.longValue() : 0;
  }
}
