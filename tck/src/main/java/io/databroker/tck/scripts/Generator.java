package io.databroker.tck.scripts;

import io.databroker.api.FieldValue;
import io.databroker.api.Limits;
import io.databroker.api.Selection;
import io.databroker.api.TypeOptions;
import io.databroker.tck.scripts.Step.When;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Draws scripts from a seed. */
final class Generator {
  private static final int MOST_WRITES = 6;

  private static final List<When> CONDITIONS = List.of(When.values());
  private static final List<Step.From> PLACES = List.of(Step.From.values());

  private final SplittableRandom random;
  private final Limits limits;
  private final Cast cast;
  private final Situations situations;
  private final boolean turnable;

  /** True if this script also has steps with thousands of records. */
  private final boolean large;

  private final boolean rarest;

  Generator(SplittableRandom random, Limits limits, boolean turnable) {
    this.random = random;
    this.limits = limits;
    this.cast = new Cast(random.split(), limits);
    this.situations = new Situations(this, random, cast);
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
      script.add(
          new Step.Many("without options", "r", Names.RARE_SIZE, batch(Names.RARE_SIZE), false));
    }
    while (script.size() < steps) {
      if (random.nextInt(12) == 0) {
        script.addAll(situations.any());
      } else {
        script.add(step());
      }
    }
    return script;
  }

  /** Draws steps that write, without great sizes, for scripts with concurrent readers. */
  List<Step> writes(int steps) {
    List<Step> script = new ArrayList<>();
    while (script.size() < steps) {
      int kind = random.nextInt(20);
      if (kind < 9) {
        script.add(put());
      } else if (kind < 10) {
        script.add(new Step.Many(cast.type(), "r", random.nextInt(40), 100, random.nextBoolean()));
      } else if (kind < 12) {
        script.add(restore());
      } else if (kind < 15) {
        script.add(options());
      } else if (kind < 17) {
        script.add(new Step.Turn(Duration.ofMillis(500L * random.nextInt(4))));
        script.add(random.nextInt(4) == 0 ? new Step.Expire() : new Step.Trim(7, 500));
      } else if (kind < 18) {
        script.add(new Step.Clear());
      } else {
        script.add(new Step.SetCheckpoint(number(), number()));
      }
    }
    return script;
  }

  Cast cast() {
    return cast;
  }

  /**
   * Returns a number of records from {@link Names#size}, cut to a largest one that does not take
   * long.
   */
  int some() {
    return Math.min(Names.size(random), large ? 3_000 : 130);
  }

  List<Step.W> writes(String type, int count) {
    List<Step.W> writes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      writes.add(new Step.W(type, cast.id(), payload(), When.ALWAYS));
    }
    return writes;
  }

  private Step step() {
    int kind = random.nextInt(100);
    if (kind < 25) {
      return put();
    } else if (kind < 28) {
      return random.nextInt(3) == 0 ? wide() : many();
    } else if (kind < 32) {
      return restore();
    } else if (kind < 37) {
      return new Step.Get(cast.type(), cast.id());
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
      return lease(cast.lease());
    } else if (kind < 91) {
      return time();
    } else if (kind < 92) {
      return new Step.Clear();
    } else if (kind < 94) {
      return new Step.SetCheckpoint(number(), number());
    } else if (kind < 96) {
      return new Step.Reopen();
    } else if (kind < 98) {
      return new Step.Interrupt();
    }
    return new Step.Mutate(random.nextInt(Mutations.COUNT));
  }

  private @Nullable String payload() {
    return random.nextInt(10) < 3 ? null : cast.payload();
  }

  /** Returns one of a few special numbers, or any number. */
  private long number() {
    long[] few = {0, 0, 1, 2, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, random.nextLong()};
    return few[random.nextInt(few.length)];
  }

  Step put() {
    List<Step.W> writes = new ArrayList<>();
    int count = random.nextInt(4) == 0 ? random.nextInt(1, MOST_WRITES) : 1;
    boolean conditions = random.nextInt(3) == 0;
    int most = random.nextInt(1, 4);
    String type = cast.type();
    if (random.nextInt(60) == 0) {
      count = Math.min(65 + random.nextInt(3), limits.batchRecords());
    }
    for (int i = 0; i < count; i++) {
      When when =
          conditions && random.nextInt(most) == 0
              ? CONDITIONS.get(random.nextInt(CONDITIONS.size()))
              : When.ALWAYS;
      boolean again = i > 0 && random.nextInt(8) == 0;
      writes.add(
          again
              ? writes.get(i - 1)
              : new Step.W(random.nextBoolean() ? type : cast.type(), cast.id(), payload(), when));
    }
    return new Step.Put(writes);
  }

  private Step wide() {
    int count = Math.max(3, batch());
    int ids = random.nextInt(3) == 0 ? Math.max(1, count / 3) : count;
    When last =
        random.nextBoolean() ? When.ALWAYS : CONDITIONS.get(random.nextInt(CONDITIONS.size()));
    return new Step.Wide(cast.type(), count, random.nextInt(20) == 0 ? 2 : ids, last);
  }

  Step restore() {
    List<Step.R> records = new ArrayList<>();
    String type = cast.type();
    int count = random.nextInt(1, MOST_WRITES);
    for (int i = 0; i < count; i++) {
      // The last write sets the time of the batch, so it must be a change.
      boolean last = i == count - 1;
      long nanos = random.nextInt(-8, 3) * 500_000_000L + random.nextInt(3) * 700L;
      String payload = last ? cast.payload() : payload();
      records.add(new Step.R(random.nextBoolean() ? type : cast.type(), cast.id(), payload, nanos));
    }
    return new Step.Restore(records);
  }

  /**
   * Returns a size of batches for that many records, large enough for the writes not to take long.
   */
  int batch(int records) {
    return records > 130 ? Math.max(63, batch()) : batch();
  }

  int batch() {
    int[] sizes = {1, 63, 64, 65, 511, 512, 513, 999, 1_000};
    return Math.min(sizes[random.nextInt(sizes.length)], limits.batchRecords());
  }

  private Step many() {
    int size = large ? Names.size(random) : Names.smallSize(random);
    int batch = batch(size);
    boolean delete = random.nextInt(4) == 0;
    String prefix = random.nextBoolean() ? "r" : "s";
    return random.nextInt(3) == 0
        ? new Step.ManyTypes(prefix, size, batch, delete)
        : new Step.Many(cast.type(), prefix, size, batch, delete);
  }

  private Step options() {
    if (random.nextInt(5) == 0) {
      return new Step.SetOptions(cast.type(), TypeOptions.NONE);
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
    @Nullable Duration ttl = null;
    if (random.nextInt(3) == 0) {
      ttl =
          random.nextInt(4) > 0
              ? Duration.ofSeconds(random.nextInt(1, 4))
              : Duration.ofDays(random.nextInt(1, 36_500)).plusNanos(random.nextInt(3_000));
    }
    List<String> fields = new ArrayList<>();
    if (random.nextInt(2) == 0) {
      fields.addAll(cast.fields.subList(0, random.nextInt(1, cast.fields.size() + 1)));
      if (random.nextInt(3) == 0) {
        Collections.reverse(fields);
      }
      int more = random.nextInt(30) == 0 ? some() : 0;
      for (int i = 0; i < more; i++) {
        fields.add("field " + i);
      }
    }
    return new Step.SetOptions(cast.type(), new TypeOptions(capacity, ttl, fields));
  }

  private Selection selection() {
    int kind = random.nextInt(5);
    if (kind < 2) {
      return Selection.all();
    } else if (kind < 3) {
      return Selection.ofType(cast.type());
    }
    return where(cast.type());
  }

  Selection where(String type) {
    FieldValue[] terms = new FieldValue[random.nextInt(1, 4)];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = new FieldValue(i < 2 ? cast.fields.get(0) : cast.field(), cast.value());
    }
    return Selection.where(type, terms);
  }

  private Step feed() {
    int which = random.nextInt(4);
    int kind = random.nextInt(20);
    if (kind < 4) {
      return new Step.OpenFeed(
          PLACES.get(random.nextInt(random.nextInt(3) == 0 ? PLACES.size() : 3)),
          random.nextBoolean() ? null : cast.type());
    } else if (kind < 11) {
      return new Step.Poll(which);
    } else if (kind < 14) {
      return new Step.Drain(which);
    }
    return kind < 19 ? new Step.OnReady(which) : new Step.CloseFeed(which);
  }

  Duration duration() {
    return Duration.ofSeconds(random.nextInt(1, 5)).plusNanos(1_000L * random.nextInt(2));
  }

  Step lease(String name) {
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
