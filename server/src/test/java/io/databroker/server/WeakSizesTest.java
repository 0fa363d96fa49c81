package io.databroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Rejects decisions that depend on the size of a concurrent collection, which is only an estimate
 * during changes: {@code isEmpty} can return true for a map that always had an element. Use {@code
 * iterator().hasNext()}, or keep a count.
 *
 * <p>A class that creates such a collection may hold it in a variable of an interface type, so
 * every call of {@code size} or {@code isEmpty} in the class is checked. Reviewed calls are listed.
 */
@AnalyzeClasses(packages = "io.databroker", importOptions = DoNotIncludeTests.class)
class WeakSizesTest {
  private static final Set<Class<?>> WEAK =
      Set.of(
          ConcurrentHashMap.class,
          ConcurrentHashMap.KeySetView.class,
          ConcurrentMap.class,
          ConcurrentSkipListMap.class,
          ConcurrentSkipListSet.class,
          ConcurrentLinkedQueue.class,
          ConcurrentLinkedDeque.class);

  private static final Set<String> ESTIMATES = Set.of("size", "isEmpty", "mappingCount");

  private static final String PLAIN = "another collection, which one thread at a time uses";

  /** Reviewed methods, each with its reason. */
  private static final Map<String, String> REVIEWED =
      Map.ofEntries(
          Map.entry("CallTurns.goOn", PLAIN),
          Map.entry("CallTurns.run", PLAIN),
          Map.entry("Damage.note", "a limit of the notes; a few more or fewer are harmless"),
          Map.entry("ExpiredRecords.byTime", PLAIN),
          Map.entry("ExpiredRecords.find", PLAIN),
          Map.entry("ExpiredRecords.first", PLAIN),
          Map.entry("ExpiredRecords.late", PLAIN),
          Map.entry("FieldIndex.keep", PLAIN),
          Map.entry("History.tryFreeze", PLAIN),
          Map.entry("IndexBuild.isCurrent", PLAIN),
          Map.entry("IndexBuild.page", PLAIN),
          Map.entry("Once.first", "a limit of the log; a few more or fewer are harmless"),
          Map.entry("Store.wake", PLAIN),
          Map.entry("Streams.count", "a number to report"),
          Map.entry("Table.isUnused", PLAIN),
          Map.entry("WaitingFeeds.wake", PLAIN));

  @ArchTest
  static void noDecisionRestsOnAnEstimate(JavaClasses all) {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : all) {
      boolean creates = createsWeak(outermost(type), all);
      for (JavaAccess<?> call : type.getMethodCallsFromSelf()) {
        JavaClass owner = call.getTargetOwner();
        boolean weak = WEAK.stream().anyMatch(owner::isEquivalentTo);
        boolean suspect =
            creates && (owner.isAssignableTo(Collection.class) || owner.isAssignableTo(Map.class));
        if (ESTIMATES.contains(call.getName()) && (weak || suspect)) {
          found.add(name(call.getOrigin()));
        }
      }
    }
    assertThat(found)
        .as("add reviewed calls to the list, with a reason")
        .isEqualTo(new TreeSet<>(REVIEWED.keySet()));
  }

  private static boolean createsWeak(JavaClass outermost, JavaClasses all) {
    return all.stream()
        .filter(type -> outermost(type).equals(outermost))
        .flatMap(type -> type.getCodeUnits().stream())
        .flatMap(unit -> unit.getAccessesFromSelf().stream())
        .anyMatch(
            call ->
                WEAK.stream().anyMatch(call.getTargetOwner()::isEquivalentTo)
                    && (call.getName().equals("<init>") || call.getName().equals("newKeySet")));
  }

  private static JavaClass outermost(JavaClass type) {
    JavaClass outer = type;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer;
  }

  private static String name(JavaCodeUnit unit) {
    String method = unit.getName().replaceAll("lambda\\$(\\w+)\\$\\d+", "$1");
    return outermost(unit.getOwner()).getSimpleName() + "." + method;
  }
}
