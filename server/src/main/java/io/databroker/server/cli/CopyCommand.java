package io.databroker.server.cli;

import io.databroker.host.copy.CopyEnd;
import io.databroker.host.copy.StoreCopy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that copies a store into another one. */
@Command(
    name = "copy",
    description = {
      "Copies all records of a store into another one, as a new history.",
      "Records keep their times and the order of their writes, so that capacity and TTL work on"
          + " the",
      "copy as on the original. Options and the checkpoint come last. History and leases are not",
      "copied: holders must acquire their leases again, and fencing tokens start from the "
          + "beginning.",
      "After an interruption, run the command again to continue the copy.",
      "With --follow, the copy then applies each change of the original, until SIGTERM or Ctrl-C;",
      "run the command once more without --follow to finish it.",
      StoreCommand.STORE_IS
    },
    footer = {
      "",
      "Example, moving a server to another backend:",
      "  databroker copy --from 127.0.0.1:5443 --to offheap:directory=data --follow",
      "  (stop the copy, stop the writers)",
      "  databroker copy --from 127.0.0.1:5443 --to offheap:directory=data",
      "  databroker verify 127.0.0.1:5443 offheap:directory=data"
    })
final class CopyCommand extends StoreCommand {
  private static final long PATIENCE_SECONDS = 4;

  @Option(
      names = "--from",
      paramLabel = EndSpec.LABEL,
      required = true,
      description = "The store to copy.")
  private EndSpec from;

  @Option(
      names = "--to",
      paramLabel = EndSpec.LABEL,
      required = true,
      description = "The store to copy into.")
  private EndSpec to;

  @Option(names = "--follow", description = "Then apply each new change, until SIGTERM or Ctrl-C.")
  private boolean follow;

  @Option(
      names = "--replace",
      description =
          "Remove the contents of the target, unless they are an unfinished copy "
              + "of the same store.")
  private boolean replace;

  @Mixin private final SortFolder temporary = new SortFolder();
  @Mixin private final TwoServersAccess servers = new TwoServersAccess();

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicBoolean orderly = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  @SuppressWarnings("NullAway.Init") // picocli sets the options
  CopyCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Output output) throws Exception {
    checkAccess(from, to);
    if (follow) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "databroker-stopping"));
    }
    try (CopyEnd source = openSource(from, servers.from(access));
        CopyEnd target = open(to, servers.to(access))) {
      StoreCopy copy = new StoreCopy(source, target, temporary.path, new ProgressLines(terminal));
      StoreCopy.Result result = follow ? copy.follow(replace, stop::get) : copy.run(replace);
      output.line(
          (follow ? "stopped: " : "copied: ")
              + words(result)
              + ", up to "
              + words(result.position()));
      output.flush();
      orderly.set(true);
    } finally {
      ended.countDown();
    }
    return ExitCodes.DONE;
  }

  private static String words(StoreCopy.Result result) {
    return result.records() == 0 && result.changes() == 0
        ? "nothing was left to copy"
        : result.records() + " records and " + result.changes() + " changes";
  }

  /** Lets a following copy end in order when a signal ends the process. */
  private void stop() {
    if (ended.getCount() == 0) {
      return; // the process already ends by itself, with its own exit code
    }
    stop.set(true);
    try {
      if (ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && orderly.get()) {
        Runtime.getRuntime().halt(ExitCodes.DONE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
