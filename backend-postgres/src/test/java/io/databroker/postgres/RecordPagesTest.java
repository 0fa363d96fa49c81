package io.databroker.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.Bytes;
import io.databroker.api.ChangeFeed;
import io.databroker.api.Changes;
import io.databroker.api.Settings;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.postgres.RecordPages.Order;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages hold the right records in both orders, whatever the sizes of their payloads. */
class RecordPagesTest {
  private static final int[] SIZES = {0, 100, 2_048, 2_049, 300_000, 700_000};
  private static final long MEBIBYTE = 1 << 20;
  private static final String TYPE = "t1";

  private final Settings settings = TestServer.freshSettings();

  /** The records of each batch, as the puts returned them. */
  private final List<List<StoredRecord>> batches = new ArrayList<>();

  private StoreRow fill(Connection connection) throws SQLException {
    Random random = new Random(5);
    try (Backend backend = TestServer.open(settings, LargeTypeTest.PATIENT)) {
      for (int i = 0; i < 60; i++) {
        List<Write> batch = new ArrayList<>();
        for (int j = 0; j < 4; j++) {
          String type = "t" + random.nextInt(3);
          String id = "id" + random.nextInt(15);
          byte[] payload = new byte[SIZES[random.nextInt(SIZES.length)]];
          random.nextBytes(payload);
          boolean deletes = random.nextInt(5) == 0;
          batch.add(deletes ? Write.delete(type, id) : Write.put(type, id, Bytes.copyOf(payload)));
        }
        List<StoredRecord> written =
            backend.put(batch).records().stream().filter(it -> it.version() > 0).toList();
        batches.add(written);
      }
    }
    return Reads.storeRow(connection);
  }

  private Connection connect() throws SQLException {
    return new SessionSource(
            PostgresSettings.of(settings), new Cluster(), LargeTypeTest.PATIENT.callTimeout())
        .plain();
  }

  private List<StoredRecord> live(long version, boolean ofOneType) {
    Map<String, StoredRecord> live = new TreeMap<>();
    for (List<StoredRecord> batch : batches) {
      for (StoredRecord record : batch) {
        if (record.version() <= version && (!ofOneType || record.type().equals(TYPE))) {
          live.put(record.type() + "/" + record.id(), record);
        }
      }
    }
    return live.values().stream().filter(record -> !record.deleted()).toList();
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotHoldsTheRecordsOfItsVersion(Order order) throws Exception {
    TestServer.open(settings).close();
    try (Connection connection = connect()) {
      StoreRow row = fill(connection);
      for (long version = 1; version <= row.latest(); version += 17) {
        for (int most : new int[] {1, 7, 1_000}) {
          for (String type : new String[] {null, TYPE}) {
            RecordPages pages = new RecordPages(row.upTo(version), type, order);
            assertThat(read(connection, pages, most))
                .as("version %d, pages of %d, type %s", version, most, type)
                .containsExactlyInAnyOrderElementsOf(live(version, type != null));
          }
        }
      }
    }
  }

  private static List<StoredRecord> read(Connection connection, RecordPages pages, int most)
      throws SQLException {
    List<StoredRecord> all = new ArrayList<>();
    StoredSnapshot.Place place = StoredSnapshot.Place.FIRST;
    while (place != null) {
      StoredSnapshot.Read page = pages.read(connection, place, most);
      long large =
          page.records().stream()
              .mapToLong(it -> it.payload().size())
              .filter(it -> it > 2_048)
              .sum();
      assertThat(large).as("bytes of large payloads").isLessThan(MEBIBYTE + 700_000);
      assertThat(page.full()).isEqualTo(large >= MEBIBYTE);
      all.addAll(page.records());
      place = page.next();
    }
    return all;
  }

  @Test
  void aFeedHoldsTheBatchesWhole() throws Exception {
    TestServer.open(settings).close();
    try (Connection connection = connect()) {
      fill(connection);
    }
    List<List<StoredRecord>> told = new ArrayList<>();
    try (Backend reader = TestServer.open(settings, LargeTypeTest.PATIENT);
        ChangeFeed feed = reader.changes(reader.versions().begin(), null)) {
      for (Changes changes = feed.poll(); changes != null; changes = feed.poll()) {
        told.add(changes.records());
      }
    }
    assertThat(told).isEqualTo(batches.stream().filter(batch -> !batch.isEmpty()).toList());
  }

  /** A batch of more rows than a page, with large payloads behind the first page. */
  @Test
  void aLongBatchIsReadWhole() {
    List<Write> batch = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      batch.add(Write.put(TYPE, "id" + i, Bytes.copyOf(new byte[i == 2_400 ? 500_000 : 3])));
    }
    try (Backend writer = TestServer.open(settings, LargeTypeTest.PATIENT);
        Backend reader = TestServer.open(settings, LargeTypeTest.PATIENT);
        ChangeFeed feed = reader.changes(reader.versions().end(), null)) {
      List<StoredRecord> written = writer.put(batch).records();
      Changes changes = feed.poll();
      assertThat(changes).isNotNull();
      assertThat(changes.records()).isEqualTo(written);
    }
  }

  @Test
  void aShortHistoryIsReadInTheOrderOfVersions() throws Exception {
    TestServer.open(settings).close();
    try (Connection connection = connect();
        Backend backend = TestServer.open(settings, LargeTypeTest.PATIENT)) {
      for (int i = 0; i < 8; i++) {
        backend.put(List.of(Write.put(TYPE, "id" + i, Bytes.EMPTY)));
      }
      assertThat(order(connection, TYPE)).isEqualTo(Order.VERSIONS);
      assertThat(order(connection, null)).isEqualTo(Order.VERSIONS);
      backend.put(List.of(Write.put("other", "id", Bytes.EMPTY)));
      assertThat(order(connection, TYPE)).as("of a part").isEqualTo(Order.KEYS);
      assertThat(order(connection, null)).isEqualTo(Order.VERSIONS);
      backend.put(List.of(Write.put(TYPE, "id1", Bytes.EMPTY)));
      assertThat(order(connection, null)).as("after a rewrite").isEqualTo(Order.KEYS);
    }
  }

  private static Order order(Connection connection, String type) throws SQLException {
    return RecordPages.choose(connection, Reads.storeRow(connection), type).order();
  }
}
