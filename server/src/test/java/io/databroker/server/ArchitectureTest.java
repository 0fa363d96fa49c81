package io.databroker.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;

/**
 * Arrows between the rooms run one way, third parties stay where they belong, and names say what a
 * class is for.
 *
 * <p>It stands here because the server's test class path is the one that has every room on it.
 */
@AnalyzeClasses(packages = "io.databroker", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.databroker.";

  /** By protoc, from the protocol. */
  private static final String GENERATED = ROOT + "server.proto";

  /** What a room may know. One that is not named, so each backend, knows the api alone. */
  private static final Map<String, Set<String>> KNOWS =
      Map.of("api", Set.of(), "server", Set.of("api", "host"));

  @ArchTest
  static final ArchRule apiNeedsNothing =
      classes()
          .that(resideInAPackage("io.databroker.api.."))
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage("io.databroker.api..", "java..", "org.jspecify.."));

  @ArchTest static final ArchRule guiceStaysInHost = onlyIn("com.google.inject", "host");

  @ArchTest static final ArchRule protobufStaysInServer = onlyIn("com.google.protobuf", "server");

  @ArchTest static final ArchRule grpcStaysInServer = onlyIn("io.grpc", "server");

  @ArchTest
  static final ArchRule namesSayWhatAClassIsFor =
      noClasses()
          .should()
          .haveNameMatching(".*\\.(Abstract[A-Z]\\w*|\\w*(Impl|Manager|Utils?|Helper))(\\$.*)?")
          .orShould()
          .resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..");

  @ArchTest
  static void arrowsRunOneWay(JavaClasses all) {
    Set<String> rooms =
        all.stream().map(ArchitectureTest::room).collect(toCollection(TreeSet::new));
    assertThat(rooms).contains("api", "host", "inmemory", "postgres", "server", "tck");
    for (String room : rooms) {
      Set<String> known = KNOWS.getOrDefault(room, Set.of("api"));
      noClasses()
          .that(resideInAPackage(ROOT + room + ".."))
          .should(
              dependOnClassesThat(
                  resideInAPackage("io.databroker..")
                      .and(
                          describe(
                              "are neither in " + room + " nor in " + known,
                              type -> !room.equals(room(type)) && !known.contains(room(type))))))
          .check(all);
    }
  }

  @ArchTest
  static void everyPackageIsNullMarked(JavaClasses all) {
    Set<String> unmarked =
        all.stream()
            .map(JavaClass::getPackage)
            .filter(it -> !it.getName().startsWith(GENERATED))
            .filter(
                it ->
                    it.tryGetPackageInfo()
                        .filter(info -> info.isAnnotatedWith(NullMarked.class))
                        .isEmpty())
            .map(JavaPackage::getName)
            .collect(toCollection(TreeSet::new));
    assertThat(unmarked).as("packages without @NullMarked").isEmpty();
  }

  private static ArchRule onlyIn(String library, String... rooms) {
    String[] allowed = new String[rooms.length];
    for (int i = 0; i < rooms.length; i++) {
      allowed[i] = ROOT + rooms[i] + "..";
    }
    return noClasses()
        .that()
        .resideOutsideOfPackages(allowed)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library + "..");
  }

  private static String room(JavaClass type) {
    return type.getPackageName().substring(ROOT.length()).split("\\.", 2)[0];
  }
}
