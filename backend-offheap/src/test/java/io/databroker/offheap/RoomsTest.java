package io.databroker.offheap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Dependencies between the packages of this module run one way: store, directory, journal, memory.
 */
@AnalyzeClasses(
    packages = "io.databroker.offheap",
    importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
  private static final String STORE = "io.databroker.offheap";
  private static final String DIRECTORY = "io.databroker.offheap.directory";
  private static final String JOURNAL = "io.databroker.offheap.journal";
  private static final String MEMORY = "io.databroker.offheap.memory";

  @ArchTest
  static final ArchRule MEMORY_KNOWS_NO_OTHER_ROOM =
      noClasses()
          .that()
          .resideInAPackage(MEMORY)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STORE, DIRECTORY, JOURNAL);

  @ArchTest
  static final ArchRule JOURNAL_KNOWS_MEMORY_ALONE =
      noClasses()
          .that()
          .resideInAPackage(JOURNAL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STORE, DIRECTORY);

  @ArchTest
  static final ArchRule DIRECTORY_DOES_NOT_KNOW_THE_STORE =
      noClasses()
          .that()
          .resideInAPackage(DIRECTORY)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(STORE);

  @ArchTest
  static final ArchRule CHRONICLE_STAYS_IN_MEMORY =
      noClasses()
          .that()
          .resideOutsideOfPackage(MEMORY)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("net.openhft..");
}
