package io.databroker.benchmarks.steady;

import java.util.Locale;

/** Measure that is read from the metrics of a server, as the sum of the samples that match. */
enum Measure {
  HEAP_AFTER_COLLECTION("heap after collection", "MB", 1 << 20, 8, "jvm_gc_live_data_size_bytes"),
  HEAP("heap in use", "MB", 1 << 20, Double.NaN, "jvm_memory_used_bytes", "area=\"heap\""),
  OTHER_MEMORY("memory outside the heap", "MB", 1 << 20, 8, "jvm_memory_used_bytes", "\"nonheap\""),
  BUFFERS("direct buffers", "MB", 1 << 20, 8, "jvm_buffer_memory_used_bytes", "\"direct\""),
  THREADS("threads", "", 1, 4, "jvm_threads_live_threads"),
  DESCRIPTORS("descriptors", "", 1, 10, "process_files_open_files"),
  /** A journal is compacted by segments of 64 MB. */
  JOURNAL("journal on disk", "MB", 1 << 20, 64, "databroker_backend_journal_bytes"),
  DATABASE("database on disk", "MB", 1 << 20, 16, "database_size_bytes"),
  HISTORY("changes held", "", 1, Double.NaN, "databroker_backend_history_changes"),
  FEEDS("open feeds", "", 1, 10, "databroker_backend_feeds_open"),
  FAILURES(
      "failed calls of the backend",
      "",
      1,
      Double.NaN,
      "databroker_backend_calls_seconds_count",
      "outcome=",
      "outcome=\"ok\""),
  CALLS("calls", "", 1, Double.NaN, "grpc_server_processing_duration_seconds_count");

  final String title;
  final String unit;
  final double divisor;

  /** The growth that is allowed in addition to a tenth; NaN if the measure may grow. */
  final double allowance;

  private final String metric;
  private final String with;
  private final String without;

  Measure(String title, String unit, double divisor, double allowance, String metric) {
    this(title, unit, divisor, allowance, metric, "");
  }

  Measure(String title, String unit, double divisor, double allowance, String metric, String with) {
    this(title, unit, divisor, allowance, metric, with, "\n");
  }

  /**
   * @param with part of the labels of each sample that counts
   * @param without part of the labels of no sample that counts
   */
  Measure(
      String title,
      String unit,
      double divisor,
      double allowance,
      String metric,
      String with,
      String without) {
    this.title = title;
    this.unit = unit;
    this.divisor = divisor;
    this.allowance = allowance;
    this.metric = metric;
    this.with = with;
    this.without = without;
  }

  /** Returns the value in a scrape; NaN if it has none. */
  double in(String scrape) {
    double sum = Double.NaN;
    for (String line : scrape.lines().toList()) {
      if (line.startsWith(metric)) {
        String rest = line.substring(metric.length());
        int space = rest.lastIndexOf(' ');
        boolean whole = space >= 0 && (rest.startsWith("{") || space == 0);
        if (whole && rest.contains(with) && !rest.contains(without)) {
          double value = Double.parseDouble(rest.substring(space + 1)) / divisor;
          sum = Double.isNaN(sum) ? value : sum + value;
        }
      }
    }
    return sum;
  }

  String column() {
    return name().toLowerCase(Locale.ROOT);
  }
}
