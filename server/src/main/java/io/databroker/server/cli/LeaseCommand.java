package io.databroker.server.cli;

import com.google.protobuf.util.Durations;
import io.databroker.server.proto.AcquireLeaseRequest;
import io.databroker.server.proto.ReleaseLeaseRequest;
import io.databroker.server.proto.RenewLeaseRequest;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Group of the commands for leases. */
@Command(
    name = "lease",
    description = "Acquires, renews and releases leases: a name has at most one holder at a time.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Example:",
      "  id=$(databroker lease acquire leader --ttl 30s)",
      "  databroker lease renew leader \"$id\" --ttl 30s",
      "  databroker lease release leader \"$id\""
    })
final class LeaseCommand {
  /** Option for the duration of a lease. */
  private static final class Ttl {
    @Option(
        names = "--ttl",
        paramLabel = "DURATION",
        defaultValue = "30s",
        description = "How long from now, unless renewed; ${DEFAULT-VALUE} if not given.")
    private Duration duration = Duration.ZERO;
  }

  /** Parameters that identify an acquired lease. */
  private static final class Holding {
    @Parameters(index = "0", paramLabel = "NAME", description = "The name of the lease.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "ID", description = "The id that acquire showed.")
    private String id = "";
  }

  @Command(
      name = "acquire",
      description = "Acquires a lease and shows its id; fails while another holder has it.",
      footer = {"", "Example:", "  databroker lease acquire leader --ttl 30s"})
  static final class Acquire extends RemoteCommand {
    @Parameters(paramLabel = "NAME", description = "The name of the lease.")
    private String name = "";

    @Mixin private final Ttl ttl = new Ttl();

    Acquire(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(Connection connection, Output output) throws Exception {
      AcquireLeaseRequest request =
          AcquireLeaseRequest.newBuilder()
              .setName(name)
              .setDuration(Durations.fromNanos(ttl.duration.toNanos()))
              .build();
      output.line(connection.calls().acquireLease(request).getId());
    }
  }

  @Command(
      name = "renew",
      description = "Renews a lease; fails if the id no longer holds it.",
      footer = {"", "Example:", "  databroker lease renew leader 41 --ttl 30s"})
  static final class Renew extends RemoteCommand {
    @Mixin private final Holding held = new Holding();

    @Mixin private final Ttl ttl = new Ttl();

    Renew(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(Connection connection, Output output) {
      RenewLeaseRequest request =
          RenewLeaseRequest.newBuilder()
              .setName(held.name)
              .setId(held.id)
              .setDuration(Durations.fromNanos(ttl.duration.toNanos()))
              .build();
      var unused = connection.calls().renewLease(request);
    }
  }

  @Command(
      name = "release",
      description = "Releases a lease; does nothing if the id does not hold it.",
      footer = {"", "Example:", "  databroker lease release leader 41"})
  static final class Release extends RemoteCommand {
    @Mixin private final Holding held = new Holding();

    Release(Terminal terminal) {
      super(terminal);
    }

    @Override
    void ask(Connection connection, Output output) {
      ReleaseLeaseRequest request =
          ReleaseLeaseRequest.newBuilder().setName(held.name).setId(held.id).build();
      var unused = connection.calls().releaseLease(request);
    }
  }
}
