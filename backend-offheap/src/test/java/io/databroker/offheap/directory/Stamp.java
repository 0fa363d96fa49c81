package io.databroker.offheap.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes a copied store pass for the original. */
public final class Stamp {
  private Stamp() {}

  /** Notes in the description of a store the facts of the file that it is in. */
  public static void asOriginal(Path directory) throws IOException {
    Path file = directory.resolve(StoreProperties.FILE);
    if (Files.exists(file)) {
      String text = Files.readString(file);
      Files.writeString(
          file, text.replaceAll("(?m)^identity=.*$", "identity=" + FileIdentity.of(file)));
    }
  }
}
