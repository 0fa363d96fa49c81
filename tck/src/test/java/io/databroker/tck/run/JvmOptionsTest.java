package io.databroker.tck.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmOptionsTest {
  @TempDir Path folder;

  private Path jar(String name, String... entries) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    for (int i = 0; i < entries.length; i += 2) {
      attributes.putValue(entries[i], entries[i + 1]);
    }
    Path jar = folder.resolve(name);
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }

  @Test
  void aPluginWithoutNeedsHasNoOptions() throws IOException {
    Path jar = jar("plain.jar");
    assertThat(JvmOptions.of(List.of(folder), List.of(jar))).isEmpty();
    assertThat(JvmOptions.of(List.of(jar), List.of(jar))).isEmpty();
  }

  @Test
  void aManifestMayNameTheTargetOrNot() throws IOException {
    Path jar =
        jar("a.jar", "Add-Exports", "java.base/x java.base/y=ALL-UNNAMED", "Add-Opens", "m/z");
    assertThat(JvmOptions.of(List.of(jar), List.of(jar)))
        .containsExactly(
            "--add-exports=java.base/x=ALL-UNNAMED",
            "--add-exports=java.base/y=ALL-UNNAMED",
            "--add-opens=m/z=ALL-UNNAMED");
  }

  @Test
  void theFileInThePluginsFolderComesFirst() throws IOException {
    Path jar = jar("a.jar", "Add-Opens", "m/z");
    Files.writeString(folder.resolve("jvm.options"), "# why\n\n--add-opens=m/y=n\n  -Xmx1g\n");
    assertThat(JvmOptions.of(List.of(folder), List.of(jar)))
        .containsExactly("--add-opens=m/y=n", "-Xmx1g", "--add-opens=m/z=ALL-UNNAMED");
  }
}
