package io.databroker.offheap.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes a copied store look like the original. */
public final class Stamp {
  private Stamp() {}

  /** Writes the facts of the copied file into the store's properties. */
  public static void asOriginal(Path directory) throws IOException {
    Path file = directory.resolve(StoreProperties.FILE);
    if (Files.exists(file)) {
      String text = Files.readString(file);
      Files.writeString(
          file, text.replaceAll("(?m)^identity=.*$", "identity=" + FileIdentity.of(file)));
    }
  }
}
