package io.databroker.tck.reference;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.StorageFailedException;
import io.databroker.api.StoredRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mutants that treat damage in their files wrongly. */
final class DamageMutants {
  private DamageMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.provider(
                "ERR-5",
                "opens-damaged-files",
                "does not verify the checksum of its file",
                new SavedProvider() {
                  @Override
                  protected void check(Path file) {}
                })
            .lasting(),
        Mutant.provider(
                "ERR-5",
                "replaces-damaged-files",
                "begins with an empty store if its file is damaged",
                new SavedProvider() {
                  @Override
                  protected void check(Path file) {
                    if (!SavedFile.isWhole(file)) {
                      delete(file);
                    }
                  }
                })
            .lasting(),
        Mutant.provider(
                "ERR-7",
                "reads-bytes-unchecked",
                "reads records from its file without a checksum",
                reading(
                    (file, inMemory, inFile) -> {
                      return inFile;
                    }))
            .lasting(),
        Mutant.provider(
                "STATE-3",
                "damage-kept-secret",
                "reports that it serves after it has found damage",
                reading(
                    (file, inMemory, inFile) -> {
                      if (inMemory != null && !inMemory.equals(inFile)) {
                        throw new StorageFailedException(file + " is damaged", null);
                      }
                      return inMemory;
                    }))
            .lasting());
  }

  /** Chooses the answer to a get. */
  private interface Choice {
    @Nullable StoredRecord of(
        Path file, @Nullable StoredRecord inMemory, @Nullable StoredRecord inFile);
  }

  /** A backend whose get reads the file too. */
  private static SavedProvider reading(Choice choice) {
    return new SavedProvider() {
      @Override
      protected Backend backend(Place place, BackendContext context) {
        return new SavedBackend(place, context) {
          @Override
          public @Nullable StoredRecord get(String type, String id) {
            synchronized (store) {
              StoredRecord inMemory = super.get(type, id);
              Path file = place.directory.resolve("state");
              Store saved = new Store();
              SavedFile.read(file, saved);
              return choice.of(
                  file, inMemory, saved.live.getOrDefault(type, new LinkedHashMap<>()).get(id));
            }
          }
        };
      }
    };
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
