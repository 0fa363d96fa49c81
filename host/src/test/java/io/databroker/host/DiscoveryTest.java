package io.databroker.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import io.databroker.api.BackendContext;
import io.databroker.api.Limits;
import io.databroker.api.Settings;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiscoveryTest {
  @TempDir Path folder;

  @Test
  void findsWhatIsOnTheClassPath() {
    try (Discovery discovery = Discovery.of(List.of())) {
      DiscoveredProvider fake = discovery.provider("fake");
      assertThat(fake.version()).isEqualTo("1.2.3");
      assertThat(fake.source()).endsWith("test-classes");
      assertThat(fake.settings()).hasSize(6);
      assertThat(fake.limits(Settings.defaults())).isEqualTo(Limits.FLOOR);
      assertThat(discovery.problems()).isEmpty();
      assertThat(discovery.providers()).contains(fake);
    }
  }

  @Test
  void aPluginLivesWithItsOwnVersionOfTheHostsLibrary() throws IOException {
    Path jar =
        Jars.plugin(folder.resolve("own.jar"), "Own", ownLibrary(), "lib.Version", version("2"));
    assertThat(lib.Version.TEXT).isEqualTo("host");
    assertThat(typesOf("own", jar)).containsExactly("2", "plugin " + jar);
  }

  @Test
  void aFolderOfJarsIsOnePlugin() throws IOException {
    Path plugin = Files.createDirectory(folder.resolve("plugin"));
    Jars.library(plugin.resolve("a-library.jar"), "lib.Version", version("3"));
    Jars.plugin(
        plugin.resolve("provider.jar"), "Own", ownLibrary(), "lib.Version", version("unused"));
    Files.writeString(plugin.resolve("jvm.options"), "not a jar");
    assertThat(typesOf("own", plugin)).containsExactly("3", "plugin " + plugin);
  }

  @Test
  void twoPluginsNeverMeet() throws IOException {
    Path one =
        Jars.plugin(folder.resolve("one.jar"), "Own", ownLibrary(), "lib.Version", version("1"));
    Path two =
        Jars.plugin(
            folder.resolve("two.jar"),
            "Own",
            ownLibrary().replace("\"own\"", "\"other\""),
            "lib.Version",
            version("2"));
    try (Discovery discovery = Discovery.of(List.of(one, two))) {
      assertThat(open(discovery, "own").listTypes()).first().isEqualTo("1");
      assertThat(open(discovery, "other").listTypes()).first().isEqualTo("2");
    }
  }

  @Test
  void aPluginSeesNothingOfTheHostButTheApi() throws IOException {
    String sees =
        Jars.provider(
            "Sees",
            "\"sees\"",
            "\"1\"",
            "sees(\"lib.Version\")",
            "sees(\"io.databroker.host.Discovery\")",
            "sees(\"com.google.inject.Guice\")",
            "sees(\"java.sql.Driver\")",
            "sees(\"javax.tools.JavaCompiler\")",
            "resource(\"META-INF/services/io.databroker.api.BackendProvider\")",
            "resource(\"lib/Version.class\")",
            "resource(\"io/databroker/api/Backend.class\")",
            "\"\" + ServiceLoader.load(BackendProvider.class).stream().map(p -> p.type()).toList()");
    String helpers =
        """
          private static String sees(String name) {
            try {
              return Class.forName(name).getSimpleName();
            } catch (ClassNotFoundException e) {
              return "no class";
            }
          }
          private static String resource(String name) throws RuntimeException {
            try {
              return "" + Collections.list(Sees.class.getClassLoader().getResources(name)).size();
            } catch (java.io.IOException e) {
              throw new IllegalStateException(e);
            }
          }
        """;
    int end = sees.lastIndexOf('}');
    Path jar =
        Jars.plugin(folder.resolve("sees.jar"), "Sees", sees.substring(0, end) + helpers + "}\n");
    assertThat(typesOf("sees", jar))
        .containsExactly(
            "no class",
            "no class",
            "no class",
            "Driver",
            "JavaCompiler",
            "1",
            "0",
            "1",
            "[class Sees]");
  }

  @Test
  void aDuplicateNameNamesBothJarsAndIsNeverChosen() throws IOException {
    Path one = Jars.plugin(folder.resolve("one.jar"), "A", provider("A", "twin", "1"));
    Path two = Jars.plugin(folder.resolve("two.jar"), "B", provider("B", "twin", "2"));
    Path fine = Jars.plugin(folder.resolve("fine.jar"), "C", provider("C", "fine", "3"));
    try (Discovery discovery = Discovery.of(List.of(one, two, fine))) {
      String problem =
          "backend \"twin\" is offered more than once: version 1 from %s, version 2 from %s; keep one"
              .formatted(one, two);
      assertThat(discovery.problems()).containsExactly(problem);
      assertThatThrownBy(() -> discovery.provider("twin"))
          .isInstanceOfSatisfying(
              ConfigurationException.class, e -> assertThat(e.problems()).containsExactly(problem));
      assertThat(discovery.provider("fine").version()).isEqualTo("3");
      assertThat(discovery.providers()).extracting(DiscoveredProvider::name).doesNotContain("twin");
    }
  }

  @Test
  void aPluginThatIsNamedAsOneOfTheHostIsADuplicate() throws IOException {
    Path jar = Jars.plugin(folder.resolve("fake.jar"), "A", provider("A", "fake", "1"));
    try (Discovery discovery = Discovery.of(List.of(jar))) {
      assertThatThrownBy(() -> discovery.provider("fake"))
          .hasMessageContaining("version 1.2.3 from")
          .hasMessageContaining("version 1 from " + jar);
    }
  }

  @Test
  void aBrokenProviderIsNamedWithItsJarAndHindersNoOther() throws IOException {
    String broken = provider("A", "broken", "7");
    Path noConstructor =
        Jars.plugin(
            folder.resolve("constructor.jar"),
            "A",
            broken.replace(
                "class A implements BackendProvider {",
                "class A implements BackendProvider { public A() { throw new IllegalStateException(\"no luck\"); }"));
    Path noVersion =
        Jars.plugin(
            folder.resolve("version.jar"),
            "A",
            Jars.provider("A", "\"half\"", "String.valueOf(1 / Integer.parseInt(\"0\"))"));
    Path noSettings =
        Jars.plugin(
            folder.resolve("settings.jar"),
            "A",
            broken.replace("return List.of();", "return null;"));
    Path blank = Jars.plugin(folder.resolve("blank.jar"), "A", provider("A", "  ", "8"));
    Path missing = Jars.pluginNaming(folder.resolve("missing.jar"), "not.There\n");
    Path malformed = Jars.pluginNaming(folder.resolve("malformed.jar"), "two words\n");
    Path foreign =
        Jars.pluginNaming(folder.resolve("foreign.jar"), "A\n", "A", "public class A {}");
    Path empty = Jars.library(folder.resolve("empty.jar"), "A", "public class A {}");
    Path unlinked = unlinked();
    Path half =
        Jars.pluginNaming(
            folder.resolve("half.jar"), "not.There\nC\n", "C", provider("C", "fine", "3"));
    try (Discovery discovery =
        Discovery.of(
            List.of(
                noConstructor,
                noVersion,
                noSettings,
                blank,
                missing,
                malformed,
                foreign,
                empty,
                unlinked,
                half))) {
      assertThat(discovery.provider("fine").version()).isEqualTo("3");
      assertThat(discovery.problems())
          .hasSize(10)
          .anySatisfy(it -> assertThat(it).contains(noConstructor.toString(), "no luck"))
          .anySatisfy(it -> assertThat(it).contains("\"half\"", noVersion.toString(), "by zero"))
          .anySatisfy(it -> assertThat(it).contains("\"broken\" version 7", noSettings.toString()))
          .anySatisfy(it -> assertThat(it).contains("version 8", blank.toString(), "no name"))
          .anySatisfy(it -> assertThat(it).contains(missing.toString(), "not.There"))
          .anySatisfy(it -> assertThat(it).contains(malformed.toString(), "syntax"))
          .anySatisfy(it -> assertThat(it).contains(foreign.toString(), "not a subtype"))
          .anySatisfy(
              it ->
                  assertThat(it)
                      .contains(empty.toString(), "has no io.databroker.api.BackendProvider"))
          .anySatisfy(it -> assertThat(it).contains(unlinked.toString(), "Gone"))
          .anySatisfy(it -> assertThat(it).contains(half.toString(), "not.There"));
      assertThatThrownBy(() -> discovery.provider("half"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("by zero");
    }
  }

  @Test
  void aBrokenProviderOnTheClassPathIsNamedWithItsJar() throws IOException {
    Path missing = Jars.pluginNaming(folder.resolve("missing.jar"), "not.There\n");
    Path fine = Jars.plugin(folder.resolve("fine.jar"), "C", provider("C", "fine", "3"));
    URL[] classPath = {missing.toUri().toURL(), fine.toUri().toURL()};
    try (URLClassLoader host = new URLClassLoader(classPath, getClass().getClassLoader());
        Discovery discovery = Discovery.of(host, List.of())) {
      assertThat(discovery.problems()).singleElement().asString().contains(missing.toString());
      assertThat(discovery.provider("fine").source()).isEqualTo(fine.toString());
      assertThat(discovery.provider("fake").source()).endsWith("test-classes");
    }
  }

  @Test
  void anUnknownNameListsTheKnownOnesAndWhatCouldNotBeLoaded() throws IOException {
    Path missing = Jars.pluginNaming(folder.resolve("missing.jar"), "not.There\n");
    try (Discovery discovery = Discovery.of(List.of(missing))) {
      assertThatThrownBy(() -> discovery.provider("fakes"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("unknown backend \"fakes\"")
          .hasMessageContaining("known: ")
          .hasMessageContaining("fake")
          .hasMessageContaining(missing.toString());
    }
  }

  @Test
  void everyWrongPathIsNamedAtOnce() throws IOException {
    Path absent = folder.resolve("absent.jar");
    Path text = Files.writeString(folder.resolve("text.jar"), "not a jar");
    Path emptyFolder = Files.createDirectory(folder.resolve("nothing"));
    Path mixed = Files.createDirectory(folder.resolve("mixed"));
    Path torn = Files.writeString(mixed.resolve("torn.jar"), "PK");
    assertThatThrownBy(() -> Discovery.of(List.of(absent, text, emptyFolder, mixed)))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .satisfiesExactly(
                        it -> assertThat(it).contains(absent.toString(), "does not exist"),
                        it -> assertThat(it).contains(text.toString(), "is not a jar"),
                        it -> assertThat(it).contains(emptyFolder.toString(), "without jars"),
                        it -> assertThat(it).contains(torn.toString(), "is not a jar")));
  }

  @Test
  void aPluginThatIsOpenedAgainHasTheSameClassLoader() throws IOException {
    Path jar = Jars.plugin(folder.resolve("again.jar"), "Again", provider("Again", "again", "1"));
    Set<ClassLoader> loaders = new HashSet<>();
    for (int i = 0; i < 61; i++) {
      try (Discovery discovery = Discovery.of(List.of(jar))) {
        loaders.add(open(discovery, "again").getClass().getClassLoader());
      }
    }
    assertThat(loaders).hasSize(1);
  }

  @Test
  void aPluginThatHasChangedHasAnotherClassLoader() throws IOException {
    Path jar = Jars.plugin(folder.resolve("new.jar"), "New", provider("New", "new", "1"));
    try (Discovery discovery = Discovery.of(List.of(jar))) {
      assertThat(discovery.provider("new").version()).isEqualTo("1");
    }
    Files.delete(jar);
    Jars.plugin(jar, "New", provider("New", "new", "2.0-with-more"));
    try (Discovery discovery = Discovery.of(List.of(jar))) {
      assertThat(discovery.provider("new").version()).isEqualTo("2.0-with-more");
    }
  }

  @Test
  void hiddenFilesOfAPluginFolderArePassedOver() throws IOException {
    Path plugin = Files.createDirectory(folder.resolve("shared"));
    Jars.plugin(plugin.resolve("provider.jar"), "Plain", provider("Plain", "plain", "1"));
    Files.writeString(plugin.resolve("._provider.jar"), "what macOS leaves on other disks");
    Files.writeString(plugin.resolve(".DS_Store"), "");
    Files.writeString(plugin.resolve("Thumbs.db"), "");
    Files.writeString(plugin.resolve("provider.jar~"), "an editor's copy");
    Files.createDirectory(plugin.resolve("lost+found"));
    Files.createDirectory(plugin.resolve("old.jar"));
    try (Discovery discovery = Discovery.of(List.of(plugin))) {
      assertThat(discovery.problems()).isEmpty();
      assertThat(discovery.provider("plain").version()).isEqualTo("1");
    }
  }

  private List<String> typesOf(String name, Path plugin) {
    try (Discovery discovery = Discovery.of(List.of(plugin))) {
      assertThat(discovery.problems()).isEmpty();
      return open(discovery, name).listTypes();
    }
  }

  private static Backend open(Discovery discovery, String name) {
    return discovery.provider(name).open(Settings.defaults(), BackendContext.standard());
  }

  /** A provider whose superclass was there when it was compiled, and is not in the jar. */
  private Path unlinked() throws IOException {
    String provider = provider("A", "unlinked", "1").replace("class A", "class A extends Gone");
    Path whole =
        Jars.plugin(folder.resolve("whole.jar"), "A", provider, "Gone", "public class Gone {}");
    return Jars.without(whole, folder.resolve("unlinked.jar"), "Gone.class");
  }

  private static String provider(String className, String name, String version) {
    return Jars.provider(className, '"' + name + '"', '"' + version + '"');
  }

  private static String ownLibrary() {
    return Jars.provider(
        "Own",
        "\"own\"",
        "\"1\"",
        "lib.Version.TEXT",
        "Thread.currentThread().getContextClassLoader().getName()");
  }

  private static String version(String text) {
    return "package lib; public class Version { public static final String TEXT = new String(\"%s\"); }"
        .formatted(text);
  }
}
