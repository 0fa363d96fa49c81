package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.Checkpoint;
import io.databroker.api.FieldExtractor;
import io.databroker.api.Lease;
import io.databroker.api.StoredRecord;
import io.databroker.api.TypeOptions;
import io.databroker.api.Write;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Operations of every kind, one for each number, the same for the same seed. The effect of an
 * operation depends only on the earlier ones, and its time only on its number.
 */
final class Script {
  static final List<String> FIELDS = List.of("a", "b");

  /** The values of {@code name=value;} in a payload. */
  static final FieldExtractor EXTRACTOR =
      new FieldExtractor() {
        @Override
        public String fingerprint() {
          return "script";
        }

        @Override
        public Map<String, String> extract(String type, Bytes payload, List<String> fields) {
          Map<String, String> values = new HashMap<>();
          for (String part : payload.toUtf8().split(";", -1)) {
            int at = part.indexOf('=');
            if (at > 0 && fields.contains(part.substring(0, at))) {
              values.put(part.substring(0, at), part.substring(at + 1));
            }
          }
          return values;
        }
      };

  private static final Pattern PAYLOAD = Pattern.compile("a=\\d;b=\\d\\d?;\\d+;x*");
  private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
  private static final int TYPES = 6;
  private static final int IDS = 40;
  private static final int LEASES = 4;

  private final long seed;
  private final int length;

  Script(long seed) {
    this(seed, 150);
  }

  /** Payloads are usually shorter than that, a few up to twenty times as long. */
  Script(long seed, int length) {
    this.seed = seed;
    this.length = length;
  }

  /** The clock steps back now and then. */
  Instant time(long number) {
    long seconds = stepsBack(number) ? number - 30 : number;
    return START.plusSeconds(seconds).plusNanos(number % 1000 * 1000);
  }

  /** Returns true for operations that touch no lease. */
  private static boolean stepsBack(long number) {
    return number % 50 == 49;
  }

  private Random random(long number) {
    Random random = new Random(seed * 1_000_003 + number);
    random.nextLong();
    return random;
  }

  /** Applies one operation to the backend and the model, and compares the results. */
  void run(long number, Backend backend, Model model) {
    Random random = random(number);
    Instant now = time(number);
    int kind = random.nextInt(100);
    if (kind < 70) {
      List<Write> writes = writes(random, number);
      backend.put(writes);
      model.put(writes, now);
    } else if (kind < 76) {
      String type = type(random);
      TypeOptions options = options(random);
      backend.setOptions(type, options);
      model.evict(type, options, now);
      model.setOptions(type, options);
    } else if (kind < 88) {
      if (!stepsBack(number)) {
        lease(random, now, backend, model);
      }
    } else if (kind < 92) {
      long before = model.latest;
      long expired = backend.expire();
      model.expire(now);
      assertThat(expired).isEqualTo(model.latest - before);
    } else if (kind < 96) {
      Instant before = now.minusSeconds(random.nextInt(200));
      assertThat(backend.trim(before)).isEqualTo(model.trim(before));
    } else if (kind < 99) {
      Checkpoint checkpoint = new Checkpoint(random.nextLong(), number);
      backend.setCheckpoint(checkpoint);
      model.checkpoint = checkpoint;
    } else {
      backend.clear();
      model.clear();
    }
  }

  /** Applies one operation to the model only. */
  void replay(long number, Model model) {
    Random random = random(number);
    Instant now = time(number);
    int kind = random.nextInt(100);
    if (kind < 70) {
      model.put(writes(random, number), now);
    } else if (kind < 76) {
      String type = type(random);
      TypeOptions options = options(random);
      model.evict(type, options, now);
      model.setOptions(type, options);
    } else if (kind < 88) {
      if (!stepsBack(number)) {
        replayLease(random, now, model);
      }
    } else if (kind < 92) {
      model.expire(now);
    } else if (kind < 96) {
      model.trim(now.minusSeconds(random.nextInt(200)));
    } else if (kind < 99) {
      model.checkpoint = new Checkpoint(random.nextLong(), number);
    } else {
      model.clear();
    }
  }

  /** Returns the possible partial results of an interrupted change of options or expiry. */
  boolean replayHalf(long number, Model model, int steps) {
    Random random = random(number);
    Instant now = time(number);
    int kind = random.nextInt(100);
    if (kind >= 70 && kind < 76 && steps == 1) {
      String type = type(random);
      model.evict(type, options(random), now);
      return true;
    }
    if (kind >= 88 && kind < 92 && steps < model.options.size()) {
      // Type by type, in the order of the options.
      Map<String, TypeOptions> all = new HashMap<>(model.options);
      int left = steps;
      for (String type : List.copyOf(model.options.keySet())) {
        if (left-- <= 0) {
          model.options.remove(type);
        }
      }
      model.expire(now);
      model.options.putAll(all);
      return true;
    }
    return false;
  }

  boolean isClear(long number) {
    return random(number).nextInt(100) == 99;
  }

  private static String type(Random random) {
    int number = random.nextInt(TYPES);
    return number == 0 ? "t" : "t" + number; // one name is a prefix of all others
  }

  private List<Write> writes(Random random, long number) {
    List<Write> writes = new ArrayList<>();
    for (int left = 1 + random.nextInt(12); left > 0; left--) {
      String type = type(random);
      String id = "id-" + random.nextInt(IDS);
      if (random.nextInt(4) == 0) {
        writes.add(Write.delete(type, id));
      } else {
        String text =
            String.format(
                Locale.ROOT,
                "a=%d;b=%d;%d;%s",
                random.nextInt(5),
                random.nextInt(50),
                number,
                "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 20 * length : length)));
        writes.add(Write.put(type, id, Bytes.utf8(text)));
      }
    }
    return writes;
  }

  /** Returns whether a record has a payload that some script has written. */
  static boolean isWhole(StoredRecord record) {
    return PAYLOAD.matcher(record.payload().toUtf8()).matches();
  }

  private static TypeOptions options(Random random) {
    TypeOptions options = TypeOptions.NONE;
    if (random.nextBoolean()) {
      options = options.withCapacity(random.nextInt(IDS));
    }
    if (random.nextBoolean()) {
      options = options.withTtl(Duration.ofSeconds(1 + random.nextInt(300)));
    }
    return switch (random.nextInt(3)) {
      case 0 -> options;
      case 1 -> options.withIndexedFields("a");
      default -> options.withIndexedFields("a", "b");
    };
  }

  private static void lease(Random random, Instant now, Backend backend, Model model) {
    String name = "lease-" + random.nextInt(LEASES);
    Duration duration = Duration.ofSeconds(1 + random.nextInt(40));
    Lease held = model.held(name, now);
    if (held == null) {
      Lease granted = backend.acquireLease(name, duration);
      Lease expected = new Lease(name, ++model.lastToken, now.plus(duration));
      assertThat(granted).isEqualTo(expected);
      model.leases.put(name, expected);
    } else if (random.nextBoolean()) {
      Lease expected = new Lease(name, held.token(), now.plus(duration));
      assertThat(backend.renewLease(name, held.token(), duration)).isEqualTo(expected);
      model.leases.put(name, expected);
    } else {
      assertThat(backend.acquireLease(name, duration)).isNull();
      assertThat(backend.releaseLease(name, held.token() + 1)).isFalse();
      assertThat(backend.releaseLease(name, held.token())).isTrue();
      model.leases.remove(name);
    }
  }

  private static void replayLease(Random random, Instant now, Model model) {
    String name = "lease-" + random.nextInt(LEASES);
    Duration duration = Duration.ofSeconds(1 + random.nextInt(40));
    Lease held = model.held(name, now);
    if (held == null) {
      model.leases.put(name, new Lease(name, ++model.lastToken, now.plus(duration)));
    } else if (random.nextBoolean()) {
      model.leases.put(name, new Lease(name, held.token(), now.plus(duration)));
    } else {
      model.leases.remove(name);
    }
  }
}
