package io.databroker.benchmarks;

import io.databroker.api.StoredRecord;
import io.databroker.host.query.AddressRange;
import io.databroker.host.query.Queries;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Look-ups of an address among ranges. In each group of ten ranges, one contains the nine others,
 * so exactly two contain each requested address.
 */
final class AddressLookUps {
  private static final String FIELD = "$index.cidr";
  private static final int GROUP = 10;
  private static final int HOLDING = 2;

  private AddressLookUps() {}

  /** Network of a group, and a network within it. */
  private static String address(int group, int part, int host) {
    return (group / 256 + 1) + "." + group % 256 + "." + part + "." + host;
  }

  private static String range(int i) {
    int part = i % GROUP;
    return address(i / GROUP, part, 0) + (part == 0 ? "/16" : "/24");
  }

  /** Addresses in the inner ranges, in a random order. */
  private static String[] probes(int ranges) {
    int[] order = Workload.shuffled(ranges / GROUP * (GROUP - 1));
    String[] probes = new String[order.length];
    for (int i = 0; i < probes.length; i++) {
      probes[i] = address(order[i] / (GROUP - 1), order[i] % (GROUP - 1) + 1, 7);
    }
    return probes;
  }

  private static AddressRange parse(String address) {
    return AddressRange.parse(address).orElseThrow();
  }

  private static void check(int found) {
    if (found != HOLDING) {
      throw new IllegalStateException("found " + found + " ranges instead of " + HOLDING);
    }
  }

  /** Opens our backend: the look-up of all ranges that contain an address, longest first. */
  static LookUp ours(String backend, int ranges) {
    String[] probes = probes(ranges);
    String type = Workload.type(0);
    BrokerStore store =
        LookUpBenchmark.load(backend, ranges, FIELD, i -> Labelled.payload(range(i)));
    Queries queries = new Queries(store.backend(), new Labelled());
    return new LookUp() {
      @Override
      public long find(int i) {
        long sum = 0;
        List<StoredRecord> found =
            queries.containing(type, FIELD, parse(probes[i % probes.length])).records();
        check(found.size());
        for (StoredRecord record : found) {
          sum += BrokerStore.touch(record);
        }
        return sum;
      }

      @Override
      public void close() {
        store.close();
      }
    };
  }

  /**
   * Opens the bare structure: a map from prefixes to payloads, queried for each prefix of the
   * address.
   */
  static LookUp bare(int ranges) {
    String[] probes = probes(ranges);
    ConcurrentHashMap<String, byte[]> payloads = new ConcurrentHashMap<>();
    for (int i = 0; i < ranges; i++) {
      payloads.put(range(i), Labelled.payload(range(i)));
    }
    return new LookUp() {
      @Override
      public long find(int i) {
        long sum = 0;
        int found = 0;
        for (String prefix : parse(probes[i % probes.length]).prefixes()) {
          byte[] payload = payloads.get(prefix);
          if (payload != null) {
            sum += Store.touch(payload);
            found++;
          }
        }
        check(found);
        return sum;
      }

      @Override
      public void close() {
        payloads.clear();
      }
    };
  }
}
