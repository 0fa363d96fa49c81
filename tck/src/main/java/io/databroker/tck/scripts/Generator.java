package io.databroker.tck.scripts;

import io.databroker.api.FieldValue;
import io.databroker.api.Limits;
import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.tck.scripts.Step.When;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Draws scripts from a seed. */
final class Generator {
  private static final int MOST_WRITES = 6;
  private static final List<When> CONDITIONS = List.of(When.values());
  private static final List<Step.From> PLACES = List.of(Step.From.values());
  private static final String[] FIELDS = {"colour", "col", "size"};

  private final SplittableRandom random;
  private final Limits limits;
  private final boolean turnable;

  /** True if this script also has steps with thousands of records. */
  private final boolean large;

  private final boolean rarest;

  Generator(SplittableRandom random, Limits limits, boolean turnable) {
    this.random = random;
    this.limits = limits;
    this.turnable = turnable;
    this.large = random.nextInt(5) == 0;
    this.rarest = large && random.nextInt(20) == 0;
  }

  List<Step> script(int steps) {
    List<Step> script = new ArrayList<>();
    if (random.nextInt(3) == 0) {
      script.add(options());
    }
    if (rarest) {
      script.add(new Step.Many("t", "r", Names.RARE_SIZE, batch(), false));
    }
    while (script.size() < steps) {
      script.add(step());
    }
    return script;
  }

  private Step step() {
    int kind = random.nextInt(100);
    if (kind < 30) {
      return put();
    } else if (kind < 33) {
      return many();
    } else if (kind < 37) {
      return new Step.Get(type(), id());
    } else if (kind < 40) {
      return random.nextBoolean() ? new Step.ListTypes() : new Step.ReadOptions();
    } else if (kind < 47) {
      return options();
    } else if (kind < 56) {
      int which = random.nextInt(3);
      return random.nextInt(3) == 0
          ? new Step.OpenSnapshot(selection())
          : random.nextInt(6) == 0 ? new Step.CloseSnapshot(which) : new Step.ReadSnapshot(which);
    } else if (kind < 73) {
      return feed();
    } else if (kind < 81) {
      return lease();
    } else if (kind < 91) {
      return time();
    } else if (kind < 93) {
      return new Step.Clear();
    } else if (kind < 94) {
      return new Step.SetCheckpoint(random.nextLong(), random.nextInt(3) - 1);
    } else if (kind < 96) {
      return new Step.Reopen();
    } else if (kind < 98) {
      return new Step.Interrupt();
    }
    return new Step.Mutate(random.nextInt(Mutations.COUNT));
  }

  private String type() {
    return random.nextInt(12) == 0 ? Names.upTo(random, limits.typeBytes()) : few(Names.SHORT, 6);
  }

  private String id() {
    return random.nextInt(12) == 0 ? Names.upTo(random, limits.idBytes()) : few(Names.SHORT, 8);
  }

  private String few(List<String> names, int most) {
    return names.get(random.nextInt(most));
  }

  private @Nullable String payload() {
    int kind = random.nextInt(10);
    if (kind < 3) {
      return null;
    } else if (kind < 4) {
      return "";
    }
    String value = value();
    return "colour=" + value + ";size=" + random.nextInt(3) + (kind == 9 ? ";col=Aa" : "");
  }

  private String value() {
    String value = Names.few(random);
    return value.contains(";") || value.contains("=") ? "Aa" : value;
  }

  private Step put() {
    List<Step.W> writes = new ArrayList<>();
    int count = random.nextInt(4) == 0 ? random.nextInt(1, MOST_WRITES) : 1;
    boolean conditions = random.nextInt(3) == 0;
    if (random.nextInt(60) == 0) {
      count = Math.min(65 + random.nextInt(3), limits.batchRecords());
    }
    for (int i = 0; i < count; i++) {
      When when =
          conditions && random.nextInt(3) == 0
              ? CONDITIONS.get(random.nextInt(CONDITIONS.size()))
              : When.ALWAYS;
      writes.add(new Step.W(type(), id(), payload(), when));
    }
    return new Step.Put(writes);
  }

  private int batch() {
    int[] sizes = {1, 63, 64, 65, 511, 512, 513, 999, 1_000};
    return Math.min(sizes[random.nextInt(sizes.length)], limits.batchRecords());
  }

  private Step many() {
    int size = large ? Names.size(random) : Names.smallSize(random);
    int batch = size > 1_100 ? Math.max(63, batch()) : batch();
    boolean delete = random.nextInt(4) == 0;
    String prefix = random.nextBoolean() ? "r" : "s";
    return random.nextInt(3) == 0
        ? new Step.ManyTypes(prefix, size, batch, delete)
        : new Step.Many(type(), prefix, size, batch, delete);
  }

  private Step options() {
    if (random.nextInt(5) == 0) {
      return new Step.SetOptions(type(), TypeOptions.NONE);
    }
    @Nullable Long capacity = null;
    int kind = random.nextInt(12);
    if (kind < 5) {
      capacity = (long) random.nextInt(5);
    } else if (kind < 6) {
      capacity = (long) Names.size(random);
    } else if (kind < 7) {
      capacity = -1L; // the largest, unsigned
    }
    @Nullable Duration ttl =
        random.nextInt(3) == 0 ? Duration.ofSeconds(random.nextInt(1, 4)) : null;
    List<String> fields = new ArrayList<>();
    if (random.nextInt(2) == 0) {
      fields.addAll(Arrays.asList(FIELDS).subList(0, random.nextInt(1, 4)));
    }
    return new Step.SetOptions(type(), new TypeOptions(capacity, ttl, fields));
  }

  private Selection selection() {
    int kind = random.nextInt(5);
    if (kind < 2) {
      return Selection.all();
    } else if (kind < 3) {
      return Selection.ofType(type());
    }
    FieldValue[] terms = new FieldValue[random.nextInt(1, 3)];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = new FieldValue(FIELDS[random.nextInt(2)], value());
    }
    return Selection.where(type(), terms);
  }

  private Step feed() {
    int which = random.nextInt(4);
    int kind = random.nextInt(20);
    if (kind < 4) {
      return new Step.OpenFeed(
          PLACES.get(random.nextInt(random.nextInt(3) == 0 ? PLACES.size() : 3)),
          random.nextBoolean() ? null : type());
    } else if (kind < 11) {
      return new Step.Poll(which);
    } else if (kind < 14) {
      return new Step.Drain(which);
    }
    return kind < 19 ? new Step.OnReady(which) : new Step.CloseFeed(which);
  }

  private Duration duration() {
    return Duration.ofSeconds(random.nextInt(1, 5)).plusNanos(1_000L * random.nextInt(2));
  }

  private Step lease() {
    String name = few(Names.SHORT, 4);
    int kind = random.nextInt(7);
    if (kind < 4) {
      return new Step.Acquire(name, duration());
    }
    return kind < 6
        ? new Step.Renew(name, random.nextInt(4) == 0, duration())
        : new Step.Release(name, random.nextInt(4) == 0);
  }

  private Step time() {
    int kind = random.nextInt(10);
    if (kind < 2 && turnable) {
      return new Step.Expire();
    } else if (kind < 5) {
      return new Step.Trim(random.nextInt(8), (random.nextInt(5) - 2) * 500L);
    }
    long micros = random.nextInt(3) == 0 ? random.nextInt(3) : 500_000L * random.nextInt(6);
    boolean back = random.nextInt(10) == 0;
    return new Step.Turn(Duration.ofNanos((back ? -1 : 1) * 1_000L * micros));
  }
}
