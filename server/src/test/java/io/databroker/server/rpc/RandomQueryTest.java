package io.databroker.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import io.databroker.api.Backend;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Position;
import io.databroker.api.StoredRecord;
import io.databroker.api.Versions;
import io.databroker.server.fixture.EachBackend;
import io.databroker.server.proto.PutRequest;
import io.databroker.server.proto.QueryRequest;
import io.databroker.server.proto.QueryResponse;
import io.databroker.server.proto.Record;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Random filters on every backend, compared with a model that tests all records. */
@ParameterizedClass
@MethodSource("io.databroker.server.fixture.EachBackend#all")
class RandomQueryTest {
  private static final int ROUNDS = 40;
  private static final int QUERIES = 25;
  private static final int CONCURRENT_QUERIES = 1_000;

  private final long seed = Long.getLong("databroker.seed", new Random().nextLong());
  @AutoClose private final QueryServer server;

  RandomQueryTest(EachBackend backend) throws Exception {
    System.out.printf("random queries of %s: -Ddatabroker.seed=%d%n", backend, seed);
    server = QueryServer.open(backend.place(), new QuerySettings());
  }

  /** A query, its answer, and the expected result. */
  private record Asked(QueryRequest request, QueryModel.Meaning meaning, QueryResponse answer) {}

  @Test
  void answersEqualTheModel() {
    Random random = new Random(seed);
    QueryModel model = new QueryModel(random);
    for (int round = 0; round < ROUNDS; round++) {
      index(model, random);
      for (int i = 0; i < 5; i++) {
        write(model, random);
      }
      Map<String, Map<String, Struct>> records = replay(Long.MAX_VALUE);
      for (int i = 0; i < QUERIES; i++) {
        check(model, ask(model, random), records);
      }
    }
  }

  @Test
  void answersEqualTheModelAtTheVersionThatTheyNameWhileOthersWrite() throws Exception {
    Random random = new Random(seed);
    QueryModel model = new QueryModel(random);
    index(model, random);
    AtomicBoolean asking = new AtomicBoolean(true);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Asked> asked = new ArrayList<>();
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (long writer = 1; writer <= 2; writer++) {
        Random its = new Random(seed + writer);
        writers.add(
            threads.submit(
                () -> {
                  while (asking.get()) {
                    write(new QueryModel(its), its);
                  }
                }));
      }
      List<Future<List<Asked>>> readers = new ArrayList<>();
      for (long reader = 3; reader <= 4; reader++) {
        readers.add(threads.submit(reader(model, new Random(seed + reader))));
      }
      for (Future<List<Asked>> reader : readers) {
        asked.addAll(reader.get());
      }
      asking.set(false);
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      asking.set(false);
      threads.shutdownNow();
    }
    checkAll(model, asked);
  }

  private Callable<List<Asked>> reader(QueryModel model, Random random) {
    QueryModel its = new QueryModel(random);
    its.indexed.putAll(model.indexed);
    return () -> {
      List<Asked> asked = new ArrayList<>();
      for (int i = 0; i < CONCURRENT_QUERIES; i++) {
        asked.add(ask(its, random));
      }
      return asked;
    };
  }

  /** Replays the feed once, and checks each answer when its version is reached. */
  private void checkAll(QueryModel model, List<Asked> asked) {
    asked.sort(Comparator.comparing(each -> each.answer.getRecordVersion()));
    Map<String, Map<String, Struct>> records = new TreeMap<>();
    Versions versions = server.backend().versions();
    assertThat(versions.earliest()).isEqualTo(1);
    int next = 0;
    long seen = 0;
    int moved = 0;
    try (ChangeFeed feed = server.backend().changes(versions.begin(), null)) {
      while (next < asked.size()) {
        if (asked.get(next).answer.getRecordVersion() == seen) {
          check(model, asked.get(next++), records);
        } else {
          // A batch is seen whole or not at all, so no answer names a version inside one.
          Changes changes = feed.poll();
          changes.records().forEach(record -> apply(records, record));
          seen = changes.position().version();
          moved++;
          assertThat(asked.get(next).answer.getRecordVersion()).isGreaterThanOrEqualTo(seen);
        }
      }
    }
    System.out.printf(
        "%d answers, the last at version %d of %d, over %d batches%n",
        asked.size(), seen, versions.latest(), moved);
    assertThat(moved).as("batches written while queries ran").isGreaterThan(100);
  }

  private void index(QueryModel model, Random random) {
    for (String type : QueryModel.TYPES) {
      List<String> fields =
          List.of("name", "home.city", "$index.cidr").stream()
              .filter(field -> random.nextInt(4) > 0)
              .toList();
      server.index(type, fields.toArray(String[]::new));
      model.indexed.put(type, Set.copyOf(fields));
    }
  }

  private void write(QueryModel model, Random random) {
    PutRequest.Builder put = PutRequest.newBuilder();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Record.Builder record =
          Record.newBuilder()
              .setType(model.pick(QueryModel.TYPES))
              .setId(model.pick(QueryModel.IDS))
              .setData(Any.pack(model.payload()));
      if (random.nextInt(3) == 0) {
        record.setDeletedAt(Timestamp.newBuilder().setSeconds(1));
      }
      put.addRecords(record);
    }
    var unused = server.served.records().put(put.build());
  }

  private Asked ask(QueryModel model, Random random) {
    QueryModel.Meaning meaning = model.filter(3);
    QueryRequest request =
        QueryRequest.newBuilder()
            .setType(random.nextInt(5) == 0 ? "" : model.pick(QueryModel.TYPES))
            .setFilter(meaning.filter().getStructValue())
            .setQuery(model.words())
            .setOffset(random.nextInt(4) == 0 ? random.nextInt(6) : 0)
            .setLimit(random.nextInt(4) == 0 ? random.nextInt(6) : 1_000)
            .build();
    return new Asked(request, meaning, server.served.records().query(request));
  }

  private void check(QueryModel model, Asked asked, Map<String, Map<String, Struct>> records) {
    QueryRequest request = asked.request;
    List<String> expected = new ArrayList<>();
    for (String type :
        request.getType().isEmpty() ? QueryModel.TYPES : List.of(request.getType())) {
      Map<String, Struct> ofType = records.getOrDefault(type, new TreeMap<>());
      asked.meaning.ids().apply(ofType, type).stream()
          .filter(id -> QueryModel.contains(ofType.get(id), request.getQuery()))
          .sorted()
          .map(id -> type + " " + id + " " + ofType.get(id))
          .forEach(expected::add);
    }
    String what = "seed %d, indexed %s, %s".formatted(seed, model.indexed, request);
    assertThat(asked.answer.getTotalCount()).as(what).isEqualTo(expected.size());
    assertThat(asked.answer.getRecordsList().stream().map(RandomQueryTest::shown).toList())
        .as(what)
        .isEqualTo(expected.stream().skip(request.getOffset()).limit(request.getLimit()).toList());
  }

  private static String shown(Record record) {
    return record.getType() + " " + record.getId() + " " + struct(record.getData());
  }

  private static Struct struct(Any data) {
    try {
      return data.unpack(Struct.class);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private Map<String, Map<String, Struct>> replay(long last) {
    Backend backend = server.backend();
    Map<String, Map<String, Struct>> records = new TreeMap<>();
    Position begin = backend.versions().begin();
    try (ChangeFeed feed = backend.changes(begin, null)) {
      Changes changes = feed.poll();
      while (changes != null && changes.position().version() <= last) {
        changes.records().forEach(record -> apply(records, record));
        changes = feed.poll();
      }
    }
    return records;
  }

  private static void apply(Map<String, Map<String, Struct>> records, StoredRecord record) {
    Map<String, Struct> ofType = records.computeIfAbsent(record.type(), any -> new TreeMap<>());
    if (record.deleted()) {
      ofType.remove(record.id());
    } else {
      try {
        ofType.put(record.id(), struct(Any.parseFrom(record.payload().asByteBuffer())));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }
  }
}
