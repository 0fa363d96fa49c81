package io.databroker.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.tck.chapters.AllChapters;
import io.databroker.tck.contract.Hints;
import io.databroker.tck.contract.Rule;
import io.databroker.tck.run.Catalogue;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CatalogueTest {

  @Test
  void eachRuleIsHeldByATestOrSaysWhyNot() {
    assertThat(Catalogue.rules()).hasSizeGreaterThan(100);
    assertThat(Catalogue.rules().values())
        .allSatisfy(
            rule ->
                assertThat(rule.tests().isEmpty())
                    .as("%s has tests %s, or a reason", rule.number(), rule.tests())
                    .isEqualTo(!rule.whyNot().isEmpty()));
  }

  @Test
  void noTestOrReasonOrHintNamesARuleThatDoesNotExist() {
    assertThat(Catalogue.rules().keySet()).containsAll(Catalogue.tests().keySet());
    assertThat(Catalogue.rules().keySet()).containsAll(Catalogue.reasons().stringPropertyNames());
    assertThat(Catalogue.rules().keySet()).containsAll(Hints.numbers());
  }

  @Test
  void eachTestOfAChapterNamesItsRule() {
    for (Class<?> chapter : AllChapters.class.getDeclaredClasses()) {
      if (chapter.isAnnotationPresent(Nested.class)) {
        assertThat(Objects.requireNonNull(chapter.getSuperclass()).getDeclaredMethods())
            .filteredOn(method -> method.isAnnotationPresent(Test.class))
            .allMatch(method -> method.isAnnotationPresent(Rule.class));
      }
    }
    assertThat(Arrays.stream(AllChapters.class.getDeclaredClasses()).count()).isEqualTo(34);
  }
}
