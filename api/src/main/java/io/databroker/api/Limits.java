package io.databroker.api;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Largest sizes that a backend accepts. Everything within them is accepted (LIMIT-1).
 *
 * <p>A provider starts from {@link #FLOOR} and raises single limits: {@code
 * Limits.FLOOR.toBuilder().idBytes(4_096).build()}.
 */
public final class Limits {
  /** Smallest limits that a backend may declare. */
  public static final Limits FLOOR =
      new Builder()
          .typeBytes(512)
          .idBytes(1_024)
          .payloadBytes(1 << 20)
          .batchRecords(1_000)
          .batchBytes(1 << 20)
          .leaseMargin(Duration.ofSeconds(1))
          .build();

  private final int typeBytes;
  private final int idBytes;
  private final int payloadBytes;
  private final int batchRecords;
  private final int batchBytes;
  private final Duration leaseMargin;

  private Limits(Builder builder) {
    typeBytes = builder.typeBytes;
    idBytes = builder.idBytes;
    payloadBytes = builder.payloadBytes;
    batchRecords = builder.batchRecords;
    batchBytes = builder.batchBytes;
    leaseMargin = builder.leaseMargin;
  }

  /** Returns a builder that holds these limits. */
  public Builder toBuilder() {
    return new Builder()
        .typeBytes(typeBytes)
        .idBytes(idBytes)
        .payloadBytes(payloadBytes)
        .batchRecords(batchRecords)
        .batchBytes(batchBytes)
        .leaseMargin(leaseMargin);
  }

  /** Returns the largest size of a type, in bytes of UTF-8. */
  public int typeBytes() {
    return typeBytes;
  }

  /** Returns the largest size of a record id, lease name or field path, in bytes of UTF-8. */
  public int idBytes() {
    return idBytes;
  }

  /** Returns the largest size of one payload, in bytes. */
  public int payloadBytes() {
    return payloadBytes;
  }

  /** Returns the largest number of writes in a batch. */
  public int batchRecords() {
    return batchRecords;
  }

  /** Returns the largest total size of the payloads of a batch, in bytes. */
  public int batchBytes() {
    return batchBytes;
  }

  /** Returns how long after its end a lease may stay unavailable to the next holder. */
  public Duration leaseMargin() {
    return leaseMargin;
  }

  /** Returns whether these limits accept everything that {@link #FLOOR} accepts. */
  public boolean meetsFloor() {
    return typeBytes >= FLOOR.typeBytes
        && idBytes >= FLOOR.idBytes
        && payloadBytes >= FLOOR.payloadBytes
        && batchRecords >= FLOOR.batchRecords
        && batchBytes >= FLOOR.batchBytes
        && leaseMargin.compareTo(FLOOR.leaseMargin) <= 0;
  }

  private List<Object> values() {
    return List.of(typeBytes, idBytes, payloadBytes, batchRecords, batchBytes, leaseMargin);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Limits that && values().equals(that.values());
  }

  @Override
  public int hashCode() {
    return values().hashCode();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Limits[typeBytes=%d, idBytes=%d, payloadBytes=%d, batchRecords=%d, batchBytes=%d,"
            + " leaseMargin=%s]",
        values().toArray());
  }

  /** Collects limits; for use by one thread. */
  public static final class Builder {
    private int typeBytes;
    private int idBytes;
    private int payloadBytes;
    private int batchRecords;
    private int batchBytes;
    private Duration leaseMargin = Duration.ZERO;

    private Builder() {}

    /** Sets the largest size of a type, in bytes of UTF-8. */
    public Builder typeBytes(int bytes) {
      Require.positive("typeBytes", bytes);
      typeBytes = bytes;
      return this;
    }

    /** Sets the largest size of a record id, lease name or field path, in bytes of UTF-8. */
    public Builder idBytes(int bytes) {
      Require.positive("idBytes", bytes);
      idBytes = bytes;
      return this;
    }

    /** Sets the largest size of one payload, in bytes. */
    public Builder payloadBytes(int bytes) {
      Require.positive("payloadBytes", bytes);
      payloadBytes = bytes;
      return this;
    }

    /** Sets the largest number of writes in a batch. */
    public Builder batchRecords(int records) {
      Require.positive("batchRecords", records);
      batchRecords = records;
      return this;
    }

    /** Sets the largest total size of the payloads of a batch, in bytes. */
    public Builder batchBytes(int bytes) {
      Require.positive("batchBytes", bytes);
      batchBytes = bytes;
      return this;
    }

    /** Sets how long after its end a lease may stay unavailable to the next holder. */
    public Builder leaseMargin(Duration margin) {
      Require.notNegative("leaseMargin", margin);
      leaseMargin = margin;
      return this;
    }

    /** Returns the limits. */
    public Limits build() {
      return new Limits(this);
    }
  }
}
