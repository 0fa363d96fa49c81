package io.databroker.benchmarks.steady;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class TrendTest {
  private static final String SCRAPE =
      """
      # HELP jvm_memory_used_bytes The amount of used memory
      jvm_memory_used_bytes{area="heap",id="Eden Space"} 1048576.0
      jvm_memory_used_bytes{area="heap",id="Tenured Gen"} 2.097152E6
      jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 5242880.0
      jvm_threads_live_threads 17.0
      jvm_threads_live_threads_of_another_name 99.0
      """;

  private static List<Double> values(double first, double last) {
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      values.add(i % 7 == 0 ? Double.NaN : i < 50 ? first : last);
    }
    return values;
  }

  @Test
  void aMeasureIsTheSumOfItsSamples() {
    assertThat(Measure.HEAP.in(SCRAPE)).isEqualTo(3);
    assertThat(Measure.OTHER_MEMORY.in(SCRAPE)).isEqualTo(5);
    assertThat(Measure.THREADS.in(SCRAPE)).isEqualTo(17);
    assertThat(Measure.JOURNAL.in(SCRAPE)).isNaN();
  }

  @Test
  void onlyGrowthBeyondTheAllowanceIsTold() {
    assertThat(Trend.of(Measure.THREADS, values(40, 48)).isGrowing()).isFalse();
    assertThat(Trend.of(Measure.THREADS, values(40, 49)).isGrowing()).isTrue();
    assertThat(Trend.of(Measure.THREADS, values(49, 20)).isGrowing()).isFalse();
    assertThat(Trend.of(Measure.CALLS, values(1, 1_000)).isGrowing()).isFalse();
    assertThat(Trend.of(Measure.THREADS, values(Double.NaN, Double.NaN)).isAbsent()).isTrue();
  }

  @Test
  void aChartIsXml() throws Exception {
    String svg =
        Chart.svg(
            "inmemory", Map.of(Measure.HEAP, values(3, 4), Measure.THREADS, List.<Double>of()));
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
  }
}
