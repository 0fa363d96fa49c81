package io.databroker.offheap.journal;

import io.databroker.api.Checkpoint;
import io.databroker.api.CodePointOrder;
import io.databroker.api.Lease;
import io.databroker.api.TypeOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of a store without its records, at one place in the journal, and the encoding of that
 * state.
 *
 * @param serverVersion the history's name
 * @param latest the last version
 * @param first the first change that the feed holds
 * @param checkpoint the checkpoint of the follower
 * @param lastToken the last fencing token granted
 * @param leases the current holdings
 * @param options the options of each type that has some
 * @param moment the moment for the ends of the leases; null if an older version without moments
 *     wrote it
 */
public record SideState(
    long serverVersion,
    long latest,
    long first,
    Checkpoint checkpoint,
    long lastToken,
    List<Lease> leases,
    Map<String, TypeOptions> options,
    @Nullable Moment moment) {

  /** Encodes the state. */
  public interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  public static byte[] bytes(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writing.to(new DataOutputStream(bytes));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  public static DataInputStream reading(byte[] body) {
    return new DataInputStream(new ByteArrayInputStream(body));
  }

  public byte[] bytes() {
    return bytes(
        out -> {
          out.writeLong(serverVersion);
          out.writeLong(latest);
          out.writeLong(first);
          write(out, checkpoint);
          out.writeLong(lastToken);
          out.writeInt(leases.size());
          for (Lease lease : leases) {
            write(out, lease);
          }
          out.writeInt(options.size());
          for (Map.Entry<String, TypeOptions> entry : options.entrySet()) {
            write(out, entry.getKey(), entry.getValue());
          }
          if (moment != null) {
            moment.write(out);
          }
        });
  }

  public static SideState read(DataInputStream in) throws IOException {
    long serverVersion = in.readLong();
    long latest = in.readLong();
    long first = in.readLong();
    Checkpoint checkpoint = readCheckpoint(in);
    long lastToken = in.readLong();
    List<Lease> leases = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      leases.add(readLease(in));
    }
    Map<String, TypeOptions> options = new TreeMap<>(CodePointOrder.INSTANCE);
    for (int left = in.readInt(); left > 0; left--) {
      options.put(in.readUTF(), readOptions(in));
    }
    return new SideState(
        serverVersion, latest, first, checkpoint, lastToken, leases, options, Moment.read(in));
  }

  public static void write(DataOutputStream out, Checkpoint checkpoint) throws IOException {
    out.writeLong(checkpoint.serverVersion());
    out.writeLong(checkpoint.recordVersion());
  }

  public static Checkpoint readCheckpoint(DataInputStream in) throws IOException {
    return new Checkpoint(in.readLong(), in.readLong());
  }

  public static void write(DataOutputStream out, Lease lease) throws IOException {
    out.writeUTF(lease.name());
    out.writeLong(lease.token());
    out.writeLong(Micros.of(lease.expiresAt()));
  }

  public static Lease readLease(DataInputStream in) throws IOException {
    return new Lease(in.readUTF(), in.readLong(), Micros.instant(in.readLong()));
  }

  public static void write(DataOutputStream out, String type, TypeOptions options)
      throws IOException {
    out.writeUTF(type);
    out.writeBoolean(options.capacity() != null);
    if (options.capacity() != null) {
      out.writeLong(options.capacity());
    }
    out.writeBoolean(options.ttl() != null);
    if (options.ttl() != null) {
      out.writeUTF(options.ttl().toString());
    }
    out.writeInt(options.indexedFields().size());
    for (String field : options.indexedFields()) {
      out.writeUTF(field);
    }
  }

  public static TypeOptions readOptions(DataInputStream in) throws IOException {
    @Nullable Long capacity = in.readBoolean() ? Long.valueOf(in.readLong()) : null;
    @Nullable Duration ttl = in.readBoolean() ? Duration.parse(in.readUTF()) : null;
    List<String> fields = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      fields.add(in.readUTF());
    }
    return new TypeOptions(capacity, ttl, fields);
  }
}
