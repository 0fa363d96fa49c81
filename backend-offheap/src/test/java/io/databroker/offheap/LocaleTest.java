package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Bytes;
import io.databroker.api.Write;
import io.databroker.offheap.journal.StoreFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of a store do not depend on the default locale. */
class LocaleTest {
  private static final int SEGMENT = 1 << 15;

  private final Locale before = Locale.getDefault();
  @TempDir Path scratch;

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  private Backend open() {
    return Opening.open(
        new OffheapSettings(scratch.resolve("store"), Durability.PROCESS, 1_000, 10, SEGMENT),
        BackendContext.standard());
  }

  /** Rewrites the records often enough to fill several segments. */
  private static void fill(Backend backend) {
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 20; i++) {
        backend.put(List.of(Write.put("t", "id-" + i, Bytes.copyOf(new byte[1_000]))));
      }
    }
  }

  private static int live(Backend backend) {
    int found = 0;
    for (int i = 0; i < 20; i++) {
      found += backend.get("t", "id-" + i) == null ? 0 : 1;
    }
    return found;
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa-IR", "tr-TR", "de-DE"})
  void aStoreMadeInOneLocaleOpensInAnother(String tag) throws IOException {
    Locale.setDefault(Locale.forLanguageTag(tag + "-u-nu-native"));
    try (Backend backend = open()) {
      fill(backend);
    }
    for (Path file : StoreFiles.list(scratch.resolve("store"))) {
      assertThat(file.getFileName().toString()).matches("[a-z0-9.-]+");
    }
    Locale.setDefault(Locale.ROOT);
    try (Backend backend = open()) {
      assertThat(live(backend)).isEqualTo(20);
    }
  }

  /** Returns the path with Arabic digits in UTF-8, whatever the encoding of this JVM's locale. */
  private static Path arabic(Path file) {
    String uri = file.toUri().toString();
    int name = uri.lastIndexOf('/') + 1;
    return Path.of(
        URI.create(uri.substring(0, name) + uri.substring(name).replaceAll("([0-9])", "%D9%A$1")));
  }

  /**
   * Makes a store as the first release did under ar_EG: segment names in local digits, and format
   * "?".
   */
  @Test
  void aStoreNamedInLocalDigitsOpens() throws IOException {
    try (Backend backend = open()) {
      fill(backend);
      OffheapBackend opened = (OffheapBackend) backend;
      backend.trim(Instant.now().plus(Duration.ofDays(1)));
      opened.compactor.pass();
      fill(backend);
    }
    Path store = scratch.resolve("store");
    int renamed = 0;
    for (Path file : StoreFiles.list(store)) {
      String name = file.getFileName().toString();
      if (name.endsWith(".segment")) {
        Files.move(file, arabic(file));
        renamed++;
      }
    }
    assertThat(renamed).isGreaterThan(2);
    Path properties = store.resolve(StoreFiles.PROPERTIES);
    String described = Files.readString(properties).replace("format=1", "format=?");
    Files.write(properties, described.getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < 2; i++) {
      try (Backend backend = open()) {
        assertThat(live(backend)).isEqualTo(20);
        backend.trim(Instant.now().plus(Duration.ofDays(1)));
        ((OffheapBackend) backend).compactor.pass();
        fill(backend);
      }
    }
    for (Path file : StoreFiles.list(store)) {
      assertThat(file.getFileName().toString()).matches("[a-z0-9.-]+");
    }
  }
}
