package io.databroker.tck.reference;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.ClearResult;
import io.databroker.api.LimitExceededException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.PutResult;
import io.databroker.api.Settings;
import io.databroker.api.StoredRecord;
import io.databroker.api.Write;
import io.databroker.api.support.WriteBatch;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/**
 * Mutants of opens that fail, of the names of histories, of large deletes, and of waiting feeds.
 */
final class OpeningMutants {
  private static final List<Object> LEFT = new ArrayList<>();
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final int MEBIBYTE = 1 << 20;

  private OpeningMutants() {}

  static List<Mutant> all() {
    return List.of(
        refusing(
            "OPEN-1",
            "refused-open-leaves-a-thread",
            "starts its thread before it finds its directory in use",
            directory -> LeakMutants.startThread()),
        refusing(
            "OPEN-1",
            "refused-open-leaves-a-file",
            "keeps the lock file open after it finds its directory in use",
            directory -> LEFT.add(openStatistics())),
        refusing(
            "CAPA-2",
            "refused-open-frees-the-lock",
            "opens and closes the lock file to find out that this process holds the lock, which"
                + " frees it",
            OpeningMutants::openAndClose),
        named("VER-4", "names-by-a-counter", "counts its histories", last -> last + 1),
        named(
            "VER-4",
            "names-by-the-clock",
            "names a history by the milliseconds of the clock",
            last -> Math.max(last + 1, InstantSource.system().millis())),
        Mutant.writer(
            "LIMIT-3",
            "deletes-of-32-mebibytes-refused",
            "refuses batches that delete 32 MiB",
            backend -> new LimitedWriter(backend, 32)),
        Mutant.writer(
            "LIMIT-3",
            "large-deletes-half-applied",
            "deletes 64 MiB of a batch before it refuses the rest",
            backend ->
                new LimitedWriter(backend, Integer.MAX_VALUE) {
                  private long deleted;

                  @Override
                  protected StoredRecord apply(Write write) {
                    StoredRecord live = live(write.type(), write.id());
                    deleted += live == null || write instanceof Write.Put ? 0 : size(live);
                    if (deleted > 64L * MEBIBYTE) {
                      publish();
                      throw tooLarge(deleted, 64);
                    }
                    return super.apply(write);
                  }
                }),
        Mutant.writer(
            "FEED-12",
            "each-write-asks-each-waiter",
            "lists all other feeds for every waiting feed at each write",
            backend ->
                new ReferenceWriter(backend) {
                  @Override
                  protected void publish() {
                    super.publish();
                    for (ReferenceFeed feed : store.feeds) {
                      var unused = new ArrayList<>(store.feeds).contains(feed);
                    }
                  }
                }));
  }

  private static InputStream openStatistics() {
    try {
      return new FileInputStream("/proc/self/stat");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void openAndClose(Path directory) {
    try {
      FileChannel.open(directory.resolve("lock"), StandardOpenOption.WRITE).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A mutant that does something when an open is refused. */
  private static Mutant refusing(
      String rule, String name, String defect, Consumer<Path> whenRefused) {
    SavedProvider provider =
        new SavedProvider() {
          @Override
          public Backend open(Settings settings, BackendContext context) {
            try {
              return super.open(settings, context);
            } catch (OpenFailedException refused) {
              whenRefused.accept(settings.get(DIRECTORY));
              throw refused;
            }
          }
        };
    return Mutant.provider(rule, name, defect, provider).lasting();
  }

  /** A mutant that derives the name of each history from the last one. */
  private static Mutant named(String rule, String name, String defect, LongUnaryOperator next) {
    return Mutant.backend(
        rule,
        name,
        defect,
        (store, context) -> {
          store.serverVersion = NUMBERS.updateAndGet(next);
          return new ReferenceBackend(store, context) {
            @Override
            public ClearResult clear() {
              synchronized (store) {
                long old = super.clear().oldServerVersion();
                store.serverVersion = NUMBERS.updateAndGet(next);
                return new ClearResult(old, store.serverVersion);
              }
            }
          };
        });
  }

  /** Refuses batches whose deletes find more than that many mebibytes. */
  private static class LimitedWriter extends ReferenceWriter {
    private final int mebibytes;

    LimitedWriter(ReferenceBackend backend, int mebibytes) {
      super(backend);
      this.mebibytes = mebibytes;
    }

    @Override
    protected PutResult apply(WriteBatch given) {
      long deleted = 0;
      for (Write write : given.writes()) {
        StoredRecord live = live(write.type(), write.id());
        deleted += live == null || write instanceof Write.Put ? 0 : size(live);
      }
      if (deleted > (long) mebibytes * MEBIBYTE) {
        throw tooLarge(deleted, mebibytes);
      }
      return super.apply(given);
    }

    static long size(StoredRecord record) {
      return record.payload().size();
    }

    static LimitExceededException tooLarge(long deleted, int mebibytes) {
      return new LimitExceededException(
          "batch", deleted, (long) mebibytes * MEBIBYTE, "bytes of deleted payloads");
    }
  }
}
