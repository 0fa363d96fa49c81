package io.databroker.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.databroker.api.Backend;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requirements of the backend on the JVM, and its errors when they are not met. */
class JvmTest {
  private static final List<String> MODULES =
      List.of("java.management", "java.naming", "jdk.compiler", "jdk.unsupported");

  private static final Path OPTIONS = Path.of("src", "main", "plugin", "jvm.options");

  @Test
  void whatPhonesHomeIsNotThere() {
    assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void missingOptionsAreNamedExactly() throws IOException, InterruptedException {
    String said = run(List.of(), System.getProperty("java.class.path"), List.of());
    assertThat(said)
        .contains(
            "open-failed: the JVM lacks options that Chronicle Map needs; start it with "
                + String.join(" ", options().subList(0, 4)));
  }

  @Test
  void oneMissingOptionIsNamedAlone() throws IOException, InterruptedException {
    for (String missing : options().subList(0, 4)) {
      List<String> others = new ArrayList<>(options());
      others.remove(missing);
      assertThat(run(others, System.getProperty("java.class.path"), List.of()))
          .contains("start it with " + missing + System.lineSeparator());
    }
  }

  @Test
  void theListedOptionsAreEnoughForAPluginInAClassLoaderOfItsOwn()
      throws IOException, InterruptedException {
    List<String> shared = new ArrayList<>();
    List<String> plugin = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      (isShared(entry) ? shared : plugin).add(entry);
    }
    assertThat(run(options(), String.join(File.pathSeparator, shared), plugin)).contains("works");
  }

  /** Class path of the api and the host's main class. */
  private static boolean isShared(String entry) {
    return entry.equals(place(Backend.class)) || entry.equals(place(PluginHost.class));
  }

  private static String place(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  private static List<String> options() throws IOException {
    return Files.readAllLines(OPTIONS);
  }

  private static String run(List<String> options, String classPath, List<String> plugin)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java().toString()));
    command.addAll(options);
    command.addAll(List.of("-Xmx128m", "-cp", classPath, PluginHost.class.getName()));
    command.addAll(plugin);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
    return said;
  }

  /** JVM with only those modules, like an image made by jlink. */
  private static String runWithModules(List<String> modules)
      throws IOException, InterruptedException {
    List<String> limited = new ArrayList<>(options());
    limited.add("--limit-modules=" + String.join(",", modules));
    return run(limited, System.getProperty("java.class.path"), List.of());
  }

  @Test
  void fourModulesBesideJavaBaseAreEnough() throws IOException, InterruptedException {
    List<String> modules = new ArrayList<>(MODULES);
    modules.add("java.base");
    assertThat(runWithModules(modules)).contains("works");
  }

  @Test
  void missingModulesAreNamedExactly() throws IOException, InterruptedException {
    assertThat(runWithModules(List.of("java.base")))
        .contains("open-failed: the Java runtime lacks modules that Chronicle Map needs")
        .contains("jlink --add-modules " + String.join(",", MODULES) + System.lineSeparator());
    for (String missing : MODULES) {
      List<String> others = new ArrayList<>(MODULES);
      others.remove(missing);
      assertThat(runWithModules(others))
          .contains("jlink --add-modules " + missing + System.lineSeparator());
    }
  }

  @Test
  void testsRunWithTheListedOptions() throws IOException {
    assertThat(ChildJvm.options()).containsAll(options());
  }
}
