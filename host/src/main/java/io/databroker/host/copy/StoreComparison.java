package io.databroker.host.copy;

import io.databroker.api.CodePointOrder;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Proof that two stores have equal contents. Each store is read at one version; each type gets a
 * digest over its records in the order of their writes, with id, time and payload. Versions,
 * history, leases and checkpoints are not compared.
 *
 * @param first the position at which the first store was read
 * @param second the position at which the second store was read
 * @param records the number of records of the first store
 * @param types the number of types with records or options in either store
 * @param differing the number of types that differ
 * @param difference the first difference in words, without payloads; null if the stores are equal
 * @param digest the digest over all types of the first store, in hexadecimal
 */
public record StoreComparison(
    Position first,
    Position second,
    long records,
    int types,
    int differing,
    @Nullable String difference,
    String digest) {

  /** Returns whether both stores have equal contents. */
  public boolean isEqual() {
    return difference == null;
  }

  /**
   * Compares two stores.
   *
   * @param folder the folder for temporary files; null for the system's default
   * @throws CopyException if a restore or a copy into one of them is not finished
   */
  public static StoreComparison of(
      CopyEnd first, CopyEnd second, @Nullable Path folder, CopyProgress progress)
      throws IOException {
    try (Side a = new Side(first, "the first store", folder, progress);
        Side b = new Side(second, "the second store", folder, progress)) {
      Set<String> types = new TreeSet<>(CodePointOrder.INSTANCE);
      types.addAll(a.names());
      types.addAll(b.names());
      int differing = 0;
      String difference = null;
      for (String type : types) {
        TypeOptions ofA = a.contents.options().get(type);
        TypeOptions ofB = b.contents.options().get(type);
        boolean sameOptions = Objects.equals(ofA, ofB);
        boolean sameRecords = Arrays.equals(a.digest(type), b.digest(type));
        if (!sameOptions || !sameRecords) {
          differing++;
          if (difference == null) {
            difference =
                sameRecords
                    ? Difference.options(type, ofA, ofB)
                    : new Difference(type, a.sort, b.sort, folder).find();
          }
        }
      }
      return new StoreComparison(
          a.contents.position(),
          b.contents.position(),
          a.sort.size(),
          types.size(),
          differing,
          difference,
          a.overall());
    } catch (UncheckedIOException e) {
      throw new CopyException(String.valueOf(e.getMessage()), e);
    }
  }

  /** One store, read and digested. */
  private static final class Side implements AutoCloseable {
    final RecordSort sort;
    final StoreContents contents;
    private final Map<String, byte[]> digests = new TreeMap<>(CodePointOrder.INSTANCE);

    Side(CopyEnd end, String name, @Nullable Path folder, CopyProgress progress)
        throws IOException {
      sort = new RecordSort(RecordSort.BY_VERSION, folder);
      try {
        contents = UnfinishedMark.readWhole(end, name, record -> {}, sort, progress);
        Map<String, Sum> sums = new TreeMap<>(CodePointOrder.INSTANCE);
        for (RecordSort.Reader reader = sort.read(); reader.hasNext(); ) {
          StoredRecord record = reader.next();
          DataOutputStream out = sums.computeIfAbsent(record.type(), any -> new Sum()).out;
          RecordCoding.text(out, record.id());
          out.writeLong(RecordCoding.micros(record.modifiedAt()));
          RecordCoding.bytes(out, record.payload().toByteArray());
        }
        sums.forEach((type, sum) -> digests.put(type, sum.digest.digest()));
      } catch (IOException | RuntimeException | Error failed) {
        sort.close();
        throw failed;
      }
    }

    Set<String> names() {
      Set<String> names = new TreeSet<>(CodePointOrder.INSTANCE);
      names.addAll(digests.keySet());
      names.addAll(contents.options().keySet());
      return names;
    }

    byte @Nullable [] digest(String type) {
      return digests.get(type);
    }

    String overall() throws IOException {
      Sum all = new Sum();
      for (String type : names()) {
        RecordCoding.text(all.out, type);
        all.out.write(digests.getOrDefault(type, new byte[0]));
        RecordCoding.write(all.out, contents.options().getOrDefault(type, TypeOptions.NONE));
      }
      return HexFormat.of().formatHex(all.digest.digest());
    }

    @Override
    public void close() {
      sort.close();
    }
  }

  /** Digest of the bytes that are written to its stream. */
  private static final class Sum {
    final MessageDigest digest = Digests.sha256();
    final DataOutputStream out =
        new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
  }

  /** Returns the outcome in one line, for people to read. */
  @Override
  public String toString() {
    return isEqual()
        ? String.format(
            Locale.ROOT, "equal: %d records, %d types, digest %s", records, types, digest)
        : String.format(
            Locale.ROOT, "different: %d of %d types differ; %s", differing, types, difference);
  }
}
