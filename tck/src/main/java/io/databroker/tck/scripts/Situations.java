package io.databroker.tck.scripts;

import io.databroker.api.TypeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Steps in a row that lead to a state which single steps seldom reach. */
final class Situations {
  /** The feed that was opened last. */
  private static final int LAST = -1;

  private final Generator generator;
  private final SplittableRandom random;
  private final Cast cast;

  Situations(Generator generator, SplittableRandom random, Cast cast) {
    this.generator = generator;
    this.random = random;
    this.cast = cast;
  }

  /** Draws one. */
  List<Step> any() {
    String type = cast.type();
    return switch (random.nextInt(12)) {
      case 0 -> List.of(new Step.Clear(), watch(), poll(), ready(), new Step.Clear());
      case 1 -> expiryBesideAWatcher(type);
      case 2 -> {
        int size = generator.some();
        yield List.of(
            new Step.Many(type, "r", size, generator.batch(size), false),
            watch(),
            poll(),
            ready(),
            capacity(type, 3));
      }
      case 3 ->
          List.of(
              generator.put(),
              watch(),
              poll(),
              ready(),
              generator.restore(),
              poll(),
              ready(),
              generator.restore());
      case 4 ->
          List.of(
              capacity(type, 2),
              new Step.Many(type, "r", 3, 3, false),
              new Step.Turn(Duration.ofSeconds(5)),
              new Step.Trim(7, 500),
              generator.restore(),
              new Step.Many(type, "s", 2, 2, false));
      case 5 -> leaseThatEnds(cast.lease());
      case 6 -> twoTrimsBesideAWatcher(type);
      case 7 -> evictionsOfTwoTypes(type, cast.type());
      case 8, 9 -> leaseCalls(cast.lease());
      case 10 -> interruptedCalls(type);
      default ->
          List.of(
              new Step.SetOptions(type, TypeOptions.NONE.withIndexedFields(cast.fields.get(0))),
              new Step.Put(generator.writes(type, random.nextInt(1, 8))),
              new Step.OpenSnapshot(generator.where(type)),
              new Step.Rejected(generator.writes(type, 6), random.nextInt(6)),
              new Step.ReadSnapshot(random.nextInt(3)));
    };
  }

  private List<Step> expiryBesideAWatcher(String type) {
    int size = random.nextInt(3) == 0 ? generator.some() : random.nextInt(1, 5);
    return List.of(
        new Step.SetOptions(type, TypeOptions.NONE.withTtl(Duration.ofSeconds(1))),
        new Step.Many(type, "r", size, generator.batch(size), false),
        watch(),
        new Step.Turn(Duration.ofSeconds(3)),
        poll(),
        ready(),
        new Step.Expire());
  }

  private List<Step> twoTrimsBesideAWatcher(String type) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step.OpenFeed(Step.From.END, type));
    for (int i = 0; i < 2; i++) {
      steps.add(poll());
      steps.add(ready());
      steps.add(generator.put());
      steps.add(new Step.Turn(Duration.ofSeconds(1)));
      steps.add(new Step.Trim(7, 500));
    }
    steps.add(poll());
    return steps;
  }

  private List<Step> evictionsOfTwoTypes(String type, String other) {
    List<Step> steps = new ArrayList<>();
    // The records of both types alternate, so that evictions of both do too.
    List<Step.W> turns = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      turns.add(
          new Step.W(i % 2 == 0 ? type : other, "turn " + i, cast.payload(), Step.When.ALWAYS));
    }
    steps.add(new Step.Put(turns));
    steps.add(capacity(type, 25));
    steps.add(capacity(other, 25));
    for (int i = 0; i < 3; i++) {
      List<Step.W> writes = generator.writes(type, random.nextInt(1, 8));
      writes.addAll(generator.writes(other, random.nextInt(1, 8)));
      steps.add(new Step.Put(writes));
    }
    return steps;
  }

  private List<Step> leaseThatEnds(String name) {
    Duration duration = generator.duration();
    return List.of(
        new Step.Acquire(name, duration),
        new Step.Turn(duration),
        new Step.Acquire(name, generator.duration()),
        random.nextBoolean()
            ? new Step.Release(name, true)
            : new Step.Renew(name, true, generator.duration()),
        new Step.Turn(Duration.ofMillis(500)),
        new Step.Acquire(name, generator.duration()));
  }

  private List<Step> leaseCalls(String name) {
    List<Step> steps = new ArrayList<>();
    while (steps.size() < 10) {
      steps.add(
          random.nextInt(4) == 0
              ? new Step.Turn(Duration.ofMillis(500L * random.nextInt(4)))
              : generator.lease(random.nextInt(8) == 0 ? cast.lease() : name));
    }
    return steps;
  }

  private List<Step> interruptedCalls(String type) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step.OpenFeed(Step.From.END, random.nextBoolean() ? null : type));
    for (Step call :
        List.of(
            new Step.Put(generator.writes(type, 2)),
            new Step.Poll(LAST),
            new Step.OnReady(LAST),
            generator.lease(cast.lease()),
            new Step.Get(type, cast.id()),
            generator.restore(),
            new Step.Poll(LAST),
            new Step.CloseFeed(LAST))) {
      steps.add(new Step.Interrupt());
      steps.add(call);
    }
    return steps;
  }

  private Step capacity(String type, int below) {
    return new Step.SetOptions(type, TypeOptions.NONE.withCapacity(random.nextInt(below)));
  }

  private Step watch() {
    return new Step.OpenFeed(Step.From.END, random.nextInt(3) > 0 ? null : cast.type());
  }

  private static Step poll() {
    return new Step.Drain(LAST);
  }

  private static Step ready() {
    return new Step.OnReady(LAST);
  }
}
