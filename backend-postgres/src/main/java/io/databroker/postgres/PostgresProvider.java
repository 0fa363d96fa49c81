package io.databroker.postgres;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.BackendProvider;
import io.databroker.api.Capability;
import io.databroker.api.Limits;
import io.databroker.api.Setting;
import io.databroker.api.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Opens backends that keep their records in PostgreSQL 13 or later. Each open is a handle of the
 * store that the schema holds; any number of hosts may have it open at the same time.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
public final class PostgresProvider implements BackendProvider {
  /** A type and an id together must fit into an entry of a B-tree, which takes 2,704 bytes. */
  private static final Limits LIMITS =
      Limits.FLOOR.toBuilder()
          .payloadBytes(1 << 24)
          .batchRecords(10_000)
          .batchBytes(1 << 25)
          .leaseMargin(Duration.ZERO)
          .build();

  /** Creates the provider, for {@link java.util.ServiceLoader}. */
  public PostgresProvider() {}

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public List<Setting<?>> settings() {
    return PostgresSettings.ALL;
  }

  @Override
  public Set<Capability> capabilities(Settings settings) {
    return Set.of(Capability.DURABLE, Capability.SHARED, Capability.RESTORE);
  }

  @Override
  public Limits limits(Settings settings) {
    return LIMITS;
  }

  @Override
  public void check(Settings settings) {
    PostgresSettings.check(settings);
  }

  @Override
  public Backend open(Settings settings, BackendContext context) {
    return Opening.open(PostgresSettings.of(settings), context);
  }
}
