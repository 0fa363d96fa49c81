package io.databroker.offheap;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.DatabrokerException;
import io.databroker.api.OpenFailedException;
import io.databroker.api.StorageFullException;
import io.databroker.api.support.ServerVersions;
import io.databroker.offheap.directory.DirectoryLock;
import io.databroker.offheap.directory.DirectoryWatch;
import io.databroker.offheap.directory.Reserve;
import io.databroker.offheap.directory.StoreFolder;
import io.databroker.offheap.directory.StoreProperties;
import io.databroker.offheap.directory.Uptime;
import io.databroker.offheap.journal.Chain;
import io.databroker.offheap.journal.Control;
import io.databroker.offheap.journal.Segment;
import io.databroker.offheap.journal.SideState;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.io.SyncFailedException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Opens a store in an existing directory. */
final class DirectoryOpening {
  private static final System.Logger LOG = System.getLogger(DirectoryOpening.class.getName());

  private final Path directory;
  private final OffheapSettings settings;
  private final BackendContext context;
  private final Uptime uptime;
  private final Reserve reserve;

  DirectoryOpening(
      Path directory, OffheapSettings settings, BackendContext context, Uptime uptime) {
    this.directory = directory;
    this.settings = settings;
    this.context = context;
    this.uptime = uptime;
    this.reserve = new Reserve(directory);
  }

  Backend open() throws IOException {
    StoreFolder folder = new StoreFolder(directory);
    folder.holdsStore(); // before any file is created in it
    DirectoryLock lock = DirectoryLock.take(directory);
    boolean isStore = true;
    try {
      // Only under the lock: another process may just have created a store here.
      isStore = folder.holdsStore();
      StoreProperties properties =
          isStore ? StoreProperties.read(directory) : StoreProperties.ofNew(ServerVersions.next(0));
      return properties.isCopy(directory)
          ? openCopy(properties, lock)
          : open(properties, isStore ? Control.read(directory) : null, false, lock);
    } catch (IOException | RuntimeException | Error failed) {
      if (isStore) {
        lock.close();
      } else {
        deleteAll(folder, lock);
      }
      throw failed;
    }
  }

  private static void deleteAll(StoreFolder folder, DirectoryLock lock) throws IOException {
    try {
      folder.deleteStore();
    } catch (IOException | RuntimeException | Error failed) {
      lock.close();
      throw failed;
    }
    lock.deleteAndClose();
  }

  /** Opens a copy, which may be damaged: its files may have been copied at different moments. */
  private Backend openCopy(StoreProperties properties, DirectoryLock lock) throws IOException {
    try {
      return open(properties, Control.read(directory), true, lock);
    } catch (OpenFailedException failed) {
      throw new OpenFailedException(
          String.format(
              Locale.ROOT,
              "directory %s is a copy that cannot be opened (%s); if the store was open while it was"
                  + " copied, copy it again when it is closed, or use \"databroker backup\"",
              directory,
              failed.getMessage()),
          failed);
    }
  }

  private Backend open(
      StoreProperties properties, Control.@Nullable Left found, boolean copied, DirectoryLock lock)
      throws IOException {
    StoreFiles files = new StoreFiles(directory, properties.salt(), settings.forces(), reserve);
    Control.Left left = found == null ? Control.Left.NOTHING : found;
    Control.Mark trusted = left.trusted(uptime.boot());
    files.renameLocalDigits();
    Chain chain = Chain.find(files, trusted);
    if (found == null && !chain.links().isEmpty()) {
      throw Chain.damaged(directory.resolve(Control.FILE), 0, "it is missing");
    }
    // In a copy, the mark says how far the files of the original were forced, not these.
    Control.Mark forced = copied ? Control.Mark.NONE : left.forced();
    if (left.failed()) {
      renew(chain, forced, file -> renew(files, file));
    } else if (left.ran()) {
      renewWithRoom(files, chain, forced);
    }
    if (found == null) {
      properties.writeNext(directory, settings.asProperties());
    } else {
      unshare(files, chain);
    }
    Control control = withRoom(() -> Control.open(directory, uptime.boot(), settings.forces()));
    files.watch(directory.resolve(Control.FILE));
    Store store = null;
    try {
      boolean lost = !left.forces() && !left.lostNothing(uptime.boot());
      store =
          new Store(
              context, settings, files, control, serverVersion(chain, lost || copied), uptime);
      Recovery recovery = new Recovery(store, files, trusted, left.clean(), copied);
      recovery.run(chain);
      begin(store, recovery, lost || copied);
      control.recovered();
      if (copied) {
        tellCopied(store.history.serverVersion);
      }
      // Written after all files that it describes: if a kill comes before this line, the directory
      // is still recognised as a copy.
      withRoom(() -> properties.writeNext(directory, settings.asProperties()));
      // Before the first read, record that the store is open and how durable its writes are.
      store.publisher.persist();
      store.presence = DirectoryWatch.over(directory, Control.FILE, DirectoryLock.FILE)::check;
      store.restock = now -> reserve.fill(now, settings.segmentBytes());
      store.restock();
      Store ready = store;
      return Opening.start(store, () -> close(ready, control, lock));
    } catch (IOException | RuntimeException | Error failed) {
      if (failed instanceof SyncFailedException) {
        control.failed(); // the next open could not find out
      }
      if (store != null) {
        store.free();
      }
      control.abandon();
      throw failed;
    }
  }

  /** Replaces each segment that a failed fsync may have kept from the disk. */
  private static void renew(Chain chain, Control.Mark forced, Renewing renewing)
      throws IOException {
    for (Chain.Link link : chain.links()) {
      if (link.header().order() >= forced.order()) {
        renewing.run(link.path());
      }
    }
  }

  /** Way to renew a file. */
  private interface Renewing {
    void run(Path file) throws IOException;
  }

  /**
   * Renews the segments if the disk has room without the reserve. Otherwise it leaves them: a store
   * that was killed on a full disk must open, and the fsync may have succeeded. It also renews them
   * after another boot: see ADR 52.
   */
  private void renewWithRoom(StoreFiles files, Chain chain, Control.Mark forced)
      throws IOException {
    try {
      renew(chain, forced, files::renew);
    } catch (SyncFailedException failed) {
      throw failed;
    } catch (IOException full) {
      LOG.log(
          Level.WARNING,
          String.format(
              Locale.ROOT,
              "directory %s: the process or the machine may have ended during an fsync, and what it"
                  + " wrote last cannot be copied (%s); if the disk has reported an error, restore a"
                  + " backup",
              directory,
              full.getMessage()));
    }
  }

  /** Copies the files that this open will write to, if another directory has hard links to them. */
  private void unshare(StoreFiles files, Chain chain) throws IOException {
    List<Path> written = new ArrayList<>();
    written.add(directory.resolve(Control.FILE));
    if (!chain.links().isEmpty()) {
      written.add(chain.links().get(chain.links().size() - 1).path());
    }
    for (Path file : written) {
      if (StoreFiles.isShared(file)) {
        renew(files, file);
      }
    }
  }

  private void renew(StoreFiles files, Path file) throws IOException {
    withRoom(
        () -> {
          files.renew(file);
          return true;
        });
  }

  /** Continues in the last segment, or begins one for a new store or a new history. */
  private void begin(Store store, Recovery recovery, boolean renamed) throws IOException {
    store.journal.resume(recovery.lastOrder(), recovery.sequence());
    Segment last = renamed ? null : recovery.resume();
    if (renamed) {
      // Greater than any token that may have been granted and lost.
      store.leases.raiseLastToken(store.leases.lastToken() + Bounds.LOST_TOKENS);
    }
    if (last != null) {
      store.journal.continueIn(last);
      if (recovery.rebooted() && writeMoment(store)) {
        // Otherwise the time of this open would not count if the reboot set the clock back.
        store.publisher.force(store.journal.active().space::force);
      }
    } else {
      withRoom(
          () -> {
            store.publisher.force(() -> store.journal.begin(store.history));
            return true;
          });
    }
    store.publisher.began(store.journal.active());
  }

  /** Step that needs room on the disk. */
  private interface Step<T> {
    T run() throws IOException;
  }

  /** Runs a step; on a full disk, repeats it with the reserved room. */
  private <T> T withRoom(Step<T> step) throws IOException {
    try {
      return step.run();
    } catch (SyncFailedException failed) {
      throw failed; // another fsync might succeed wrongly
    } catch (IOException | StorageFullException full) {
      if (reserve.giveAll()) {
        return step.run();
      }
      throw full;
    }
  }

  private void tellCopied(long serverVersion) {
    LOG.log(
        Level.WARNING,
        String.format(
            Locale.ROOT,
            "directory %s is a copy, or was restored from one: it begins a new history %s, "
                + "and followers start over",
            directory,
            Long.toUnsignedString(serverVersion)));
  }

  /**
   * Returns a new history name if readers may have seen a lost tail, or may continue to read
   * another copy.
   */
  private static long serverVersion(Chain chain, boolean renamed) {
    List<Chain.Link> links = chain.links();
    SideState last = links.isEmpty() ? null : links.get(links.size() - 1).state();
    if (last == null) {
      return ServerVersions.next(0);
    }
    return renamed ? ServerVersions.next(last.serverVersion()) : last.serverVersion();
  }

  /** Writes the present moment for the leases; returns false if there are none, or no room. */
  private static boolean writeMoment(Store store) {
    try {
      return new LeaseCalls(store).writeMoment();
    } catch (DatabrokerException refused) {
      return false; // after a reboot of the machine, the leases last longer than needed
    }
  }

  private static void close(Store store, Control control, DirectoryLock lock) {
    try {
      boolean forced = true;
      boolean written = writeMoment(store);
      Segment active = store.journal.active();
      if (written) {
        control.acknowledged(active.order, active.end);
      }
      active.space.seal(active.end);
      control.begins();
      for (Segment segment : store.history.directory.all()) {
        try {
          segment.space.force();
        } catch (SyncFailedException failed) {
          forced = false;
          control.failed();
        } catch (IOException unforced) {
          forced = false; // after a kill the tail is there, unless the machine goes down as well
        }
      }
      control.ended();
      if (forced && !store.publisher.hasFailed()) {
        control.close();
      } else {
        control.abandon();
      }
    } catch (IOException unmarked) {
      // The next open treats the store as not closed.
    } finally {
      store.free();
      lock.close();
    }
  }
}
